//! What a server says when it starts with a store that does not fit its configuration.

use crate::client::Call;
use crate::keys::{ONE, world as with_keys};
use crate::world::{Running, World};
use serde_json::json;
use std::fs;
use std::thread;
use std::time::Duration;

const OTHER: &str = "aa3b1c0de2a94786b0c1d2e3f405162738495a6b7c8d9eafb0c1d2e3f4051627";

/// The lines of warnings, when the line that is behind all that starting says is there.
fn warnings(server: &Running) -> Vec<String> {
    server.send(&Call::new("GET", "/v1/catalog"));
    for _ in 0..250 {
        let log = server.log();
        if log.iter().any(|line| line.contains("\"/v1/catalog\"")) {
            return log.into_iter().filter(|line| line.contains("\"event\":\"warning\"")).collect();
        }
        thread::sleep(Duration::from_millis(20));
    }
    panic!("{:?}", server.log());
}

fn close(world: &World) {
    use std::os::unix::fs::PermissionsExt as _;
    for name in fs::read_dir(&world.folder).expect("the folder is there") {
        let path = name.expect("it can be read").path();
        if path.is_file() {
            fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("it is closed");
        }
    }
}

#[test]
fn a_master_key_that_is_missing_is_named_at_the_start() {
    let mut world = with_keys("starting-master", "");
    fs::write(world.folder.join("other.hex"), OTHER).expect("it is written");
    close(&world);
    let server = world.start();
    assert_eq!(warnings(&server), [""; 0]);
    let key = json!({"title": "acme/film", "scheme": "cenc", "key": "YSBrZXksIGVsc2V3aGVyZQ=="});
    let call = Call::new("PUT", &format!("/v1/admin/keys/{ONE}")).login(&world.issuer.admin()).json(&key);
    assert_eq!(server.send(&call).status, 201);
    assert_eq!(server.stop(), Some(0));

    let before = "master_key = { id = \"m1\", key = { file = \"master.hex\" } }";
    world.change(before, "master_key = { id = \"m2\", key = { file = \"other.hex\" } }");
    // A check opens no store.
    assert_eq!(world.check(&[]).stderr, "");
    let server = world.start();
    let said = warnings(&server);
    assert!(
        said.len() == 1
            && said[0].contains("\"drm.older_master_keys\"")
            && said[0]
                .contains("of the first 1 content keys in the store 1 are sealed under `m1`, which is not"),
        "{said:?}"
    );
    assert_eq!(server.stop(), Some(0));

    world.change("[drm]", "[drm]\nolder_master_keys = [{ id = \"m1\", key = { file = \"master.hex\" } }]");
    assert_eq!(warnings(&world.start()), [""; 0]);
}

#[test]
fn a_token_key_that_was_withdrawn_is_named_at_the_start_and_when_none_is_left() {
    const SECOND: &str = "kid = \"k2\"\nkey = { file = \"other.hex\" }\n";
    let mut world = World::new("starting-withdrawn");
    fs::write(world.folder.join("other.hex"), OTHER).expect("it is written");
    close(&world);
    let both = format!("[[media.path_tokens.key]]\n{SECOND}\n[media.cloudfront]");
    world.change("[media.cloudfront]", &both);
    let server = world.start();
    assert_eq!(warnings(&server), [""; 0]);
    let key = json!({"kind": "key", "id": "k1"});
    let admin = world.issuer.admin();
    let call = Call::new("POST", "/v1/admin/revocations").login(&admin).json(&key);
    server.send(&call).expect(200);
    assert_eq!(server.stop(), Some(0));

    let login = world.issuer.login("viewer", "premium");
    let server = world.start();
    let said = warnings(&server);
    assert!(
        said.len() == 1 && said[0].contains("`k1` was withdrawn, and mints no more; take it out"),
        "{said:?}"
    );
    server.play(&login, "acme/film", "path-token").expect(200);
    assert_eq!(server.stop(), Some(0));

    world.change(&both, "[media.cloudfront]");
    let server = world.start();
    let said = warnings(&server);
    assert!(
        said.len() == 1
            && said[0].contains("`k1` was withdrawn, and no other is left, so that every session"),
        "{said:?}"
    );
    let refused = server.play(&login, "acme/film", "path-token").refusal(503, "cannot_decide");
    let detail = refused["detail"].as_str().unwrap_or_default();
    assert!(detail.contains("key `k1` was withdrawn, and no other is valid now"), "{refused}");
}
