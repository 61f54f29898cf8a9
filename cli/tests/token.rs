//! What `playgate token` says of the viewer: tier, device, region and account, by which the edge decides.

#![cfg(test)]

use serde_json::{Value, json};
use std::process::{Command, Output};
use std::sync::LazyLock;

fn playgate(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_playgate")).args(arguments).output().unwrap()
}

/// Written once: tests run side by side.
static KEY: LazyLock<&str> = LazyLock::new(|| {
    let path = concat!(env!("CARGO_TARGET_TMPDIR"), "/viewer-token-key");
    std::fs::write(path, [7; 32]).unwrap();
    path
});

fn mint(more: &[&str]) -> Output {
    let (key, start) =
        (*KEY, ["token", "mint", "--kid", "k", "--path", "/vod/", "--expires", "2030-01-01T00:00:00Z"]);
    playgate(&[&start[..], &["--key", key], more].concat())
}

#[test]
fn what_is_minted_about_the_viewer_is_verified_and_shown() {
    let cases: [(&[&str], [Value; 4]); 6] = [
        (&[], [Value::Null, Value::Null, Value::Null, Value::Null]),
        (&["--tier", "premium"], [json!("premium"), Value::Null, Value::Null, Value::Null]),
        (&["--device", "tv"], [Value::Null, json!("tv"), Value::Null, Value::Null]),
        (&["--region", "NO-03"], [Value::Null, Value::Null, json!("NO-03"), Value::Null]),
        (&["--subject", "a-1"], [Value::Null, Value::Null, Value::Null, json!("a-1")]),
        (
            &[
                "--tier",
                "free",
                "--device",
                "unknown",
                "--region",
                "GB-MAN",
                "--subject",
                "a 2",
                "--dialect",
                "aws",
            ],
            [json!("free"), json!("unknown"), json!("GB-MAN"), json!("a 2")],
        ),
    ];
    for (options, expected) in cases {
        let minted = mint(options);
        assert!(minted.status.success(), "{minted:?}");
        let token = String::from_utf8(minted.stdout).unwrap();
        let verify =
            ["token", "verify", token.trim(), "--key", &KEY, "--kid", "k", "--path", "/vod/x", "--json"];
        let verified: Value = serde_json::from_slice(&playgate(&verify).stdout).unwrap();
        assert_eq!(verified["outcome"], "valid", "{options:?}: {verified}");
        let shown = ["tier", "device", "region", "subject"].map(|name| verified[name].clone());
        assert_eq!(shown, expected, "{options:?}");
    }
}

#[test]
fn what_no_viewer_has_is_not_minted() {
    let long = "x".repeat(10_000);
    let cases: [(&[&str], i32, &str); 9] = [
        (&["--tier", ""], 1, "--tier: "),
        (&["--tier", &long], 1, "--tier: "),
        (&["--tier", "anonymous"], 2, "`anonymous` is for viewers without a login"),
        (&["--device", "fridge"], 2, "a device is one of mobile, tablet"),
        (&["--device", ""], 2, "a device is one of"),
        (&["--region", "NO"], 1, "--region: "),
        (&["--region", "NO-0345"], 1, "--region: "),
        (&["--region", "Oslo"], 1, "--region: "),
        (&["--subject", ""], 1, "--subject: "),
    ];
    for (options, code, words) in cases {
        let minted = mint(options);
        let stderr = String::from_utf8(minted.stderr).unwrap();
        assert_eq!(
            (minted.status.code(), minted.stdout.as_slice()),
            (Some(code), &b""[..]),
            "{options:?}: {stderr}"
        );
        assert!(stderr.contains(words), "{options:?}: {stderr}");
    }
}
