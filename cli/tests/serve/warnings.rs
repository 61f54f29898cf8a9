//! What works and is hardly meant.

use crate::configuration::whole;
use serde_json::Value;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::thread;
use std::time::Duration;

#[test]
fn secrets_that_everybody_may_read_are_warned_of() {
    let world = whole("configuration-open");
    let open = world.folder.join("token.hex");
    fs::set_permissions(&open, fs::Permissions::from_mode(0o644)).expect("it is opened");
    let said = world.check(&[]);
    assert_eq!(said.code, Some(0));
    assert_eq!(
        said.stderr,
        "serve.toml:25:1: warning: media.path_tokens.key `k1`, `key`: everybody on this machine can read `token.hex`\n  \
         25 | key = { file = \"token.hex\" }\n     | ^^^ close it with `chmod 600 token.hex`\n"
    );
    let server = world.start();
    let is_warned = || {
        server
            .log()
            .iter()
            .any(|line| line.contains("\"event\":\"warning\"") && line.contains("`chmod 600 token.hex`"))
    };
    for _ in 0..100 {
        if is_warned() {
            break;
        }
        thread::sleep(Duration::from_millis(20));
    }
    assert!(is_warned(), "{:?}", server.log());
    assert_eq!(server.log().iter().filter(|line| line.contains("warning")).count(), 1);
}

#[test]
fn what_works_and_is_hardly_meant_is_warned_of() {
    let keys = "serve.toml:23:21: warning: media.path_tokens.key: none is valid now, so that every session with `path-token`";
    for (number, (before, after, words)) in [
        ("kid = \"k1\"", "kid = \"k1\"\nfrom = 4102444800", keys),
        ("kid = \"k1\"", "kid = \"k1\"\nuntil = 1600000000", keys),
        (
            "tier_claim = \"tier\"",
            "tier_claim = \"tier\"\ndefault_tier = \"premum\"",
            "`, `default_tier`: no policy names the tier `premum`\n",
        ),
        (
            "tier_claim = \"tier\"",
            "tier_claim = \"tier\"\ndefault_tier = \"premum\"",
            "^^ did you mean `premium`?\n",
        ),
        // With what is for every login it plays.
        ("tier_claim = \"tier\"", "tier_claim = \"tier\"\ndefault_tier = \"guest\"", ""),
        ("tier_claim = \"tier\"", "tier_claim = \"tier\"\ndefault_tier = \"premium\"", ""),
    ]
    .into_iter()
    .enumerate()
    {
        let mut world = whole(&format!("configuration-warned-{number}"));
        world.change(before, after);
        let said = world.check(&[]);
        assert_eq!(said.code, Some(0), "{after}: {}", said.stderr);
        assert!(
            said.stderr.contains(words) && words.is_empty() == said.stderr.is_empty(),
            "{after}: {}",
            said.stderr
        );
        let value: Value = serde_json::from_str(&world.check(&["--json"]).stdout).expect("stdout is JSON");
        assert_eq!(
            value["warnings"].as_array().map(Vec::len),
            Some(usize::from(!words.is_empty())),
            "{value}"
        );
    }
    // Nothing is for every login.
    let mut world = whole("configuration-warned-nobody");
    let policies = world.folder.join("policies/acme.toml");
    let text = crate::world::POLICY
        .replace("[\"*\"]\nmax", "[\"family\"]\nmax")
        .replace("tiers = [\"*\"", "tiers = [\"family\"");
    fs::write(policies, text).expect("it is written");
    world.change("tier_claim = \"tier\"", "tier_claim = \"tier\"\ndefault_tier = \"guest\"");
    let said = world.check(&[]);
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    assert!(said.stderr.contains("no policy names the tier `guest`\n"), "{}", said.stderr);
    assert!(said.stderr.contains(" there are `family`, `premium`\n"), "{}", said.stderr);
}
