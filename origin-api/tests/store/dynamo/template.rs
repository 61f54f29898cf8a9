//! The table as `templates/dynamodb.yaml` makes it.

use std::process::Command;

use origin_api::store::{Expect, Store, Table, Write};
use serde_json::{Value, json};

use super::emulator::{Emulator, Kind, python, root};
use super::{UNHURRIED, store};
use crate::folder::title;

#[tokio::test(flavor = "multi_thread")]
async fn a_store_works_in_the_table_that_the_template_makes() {
    let emulator = Emulator::start(Kind::Moto);
    let made = Command::new(python())
        .arg(root().join("tests/stores/make-table.py"))
        .args([&emulator.endpoint(), "from-template"])
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let said: Value = serde_json::from_slice(&made.stdout).unwrap();
    assert_eq!(
        said,
        json!({
            "keys": [["partition", "HASH"], ["key", "RANGE"]],
            "billing": "PAY_PER_REQUEST",
            "protected": true,
            "encryption": "KMS",
            "indexes": 0,
            "expires": {"AttributeName": "expires", "TimeToLiveStatus": "ENABLED"},
            "recovery": "ENABLED",
        })
    );
    let store = store(&emulator.endpoint(), "from-template", UNHURRIED);
    for table in Table::ALL {
        let write =
            Write { table, expires: Some(4_102_444_800), expect: Expect::Absent, ..title("one", b"x") };
        let version = store.write(write).await.unwrap();
        assert_eq!(store.read(table, "one").await.unwrap().unwrap().version, version);
        assert_eq!(store.list(table, None, 10).await.unwrap().len(), 1);
        // Under the attribute by which the table lets things go, in seconds.
        let partition = if matches!(table, Table::Leases | Table::Keys) {
            format!("{}#76", table.name())
        } else {
            table.name().to_owned()
        };
        let question = format!(
            r#"{{"TableName":"from-template","Key":{{"partition":{{"S":"{partition}"}},"key":{{"S":"one"}}}}}}"#
        );
        let (_, body) = emulator.ask("DynamoDB_20120810.GetItem", &question);
        let item: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(item["Item"]["expires"], json!({"N": "4102444800"}), "{body}");
        assert_eq!(store.remove(table, "one", Expect::Version(version)).await, Ok(()));
    }
    assert_eq!(store.ping().await, Ok(()));
}
