//! Which store a configuration names.

use crate::world::World;

const FILE: &str = "[store]\nfile = \"playgate.db\"\n";

/// An environment in which there are no credentials.
const NOBODY: [(&str, &str); 5] = [
    ("AWS_ACCESS_KEY_ID", ""),
    ("AWS_SECRET_ACCESS_KEY", ""),
    ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
    ("AWS_CONFIG_FILE", "/dev/null"),
    ("AWS_EC2_METADATA_DISABLED", "true"),
];

#[test]
fn it_does_not_start_without_exactly_one_store_that_can_be() {
    const TABLE: &str = "[store.dynamodb]\nregion = \"eu-west-1\"\ntable = \"playgate\"\n";
    let cases = [
        ("[store]\n", "store: it is either a file or a table"),
        (&format!("{FILE}{TABLE}"), "store: it is either a file or a table"),
        (&TABLE.replace("eu-west-1", "Dublin, Ireland"), "store.dynamodb.region: `Dublin, Ireland`"),
        (&TABLE.replace("playgate", "p"), "store.dynamodb.table: `p`"),
        (&format!("{TABLE}endpoint = \"localhost\"\n"), "store.dynamodb.endpoint: `localhost`"),
        (&format!("{TABLE}milliseconds = 5\n"), "store.dynamodb.milliseconds: 5"),
        (&format!("{TABLE}attempt_milliseconds = 5\n"), "store.dynamodb.attempt_milliseconds: 5"),
        (&TABLE.replace("region", "reigon"), "unknown field `reigon`"),
        ("[store]\nfile = \"nowhere/playgate.db\"\n", "nowhere"),
        #[cfg(feature = "dynamodb")]
        (
            &format!("{TABLE}endpoint = \"http://127.0.0.1:1\"\nmilliseconds = 300\n"),
            "there are no credentials",
        ),
        #[cfg(not(feature = "dynamodb"))]
        (TABLE, "built without DynamoDB"),
    ];
    for (number, (store, expected)) in cases.into_iter().enumerate() {
        let mut world = World::new(&format!("stores-{number}"));
        world.change(FILE, store);
        world.environment = NOBODY.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let words = world.try_start().err().unwrap_or_else(|| panic!("it starts with {store}"));
        assert!(words.contains(expected), "{store}: {words}");
    }
}
