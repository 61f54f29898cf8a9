//! Changes that are broken off, by clients that go away or by a store that does: memory and store are of one mind afterwards.

use crate::client::Call;
use crate::faults::{another, bundle, within};
use crate::keys::world as with_keys;
use crate::world::{Running, World, from};
use serde_json::json;
use std::fs;
use std::thread;
use std::time::Duration;

/// Sends a request, and goes away after so long without its answer.
fn sent_and_gone(server: &Running, admin: &str, route: &str, body: &[u8], after: Duration) {
    let kind = if route.ends_with("policies") { "application/octet-stream" } else { "application/json" };
    let head = format!(
        "{route} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {admin}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let mut stream = std::net::TcpStream::connect(server.address).expect("it is accepted");
    std::io::Write::write_all(&mut stream, &[head.as_bytes(), body].concat()).expect("it is sent");
    thread::sleep(after);
}

#[test]
fn what_an_administrator_who_went_away_had_asked_for_is_done_wholly_or_not_at_all() {
    let world = World::with("faults-gone-away", "\n[limits]\nper_account = 0\n");
    let admin = world.issuer.admin();
    let begun = crate::issuer::now() - 5;
    let login = world.issuer.login("viewer", "premium");
    let bundles: Vec<_> =
        (0..3).map(|number| bundle(&world, &format!("g{number}"), &another(number))).collect();
    // What anybody can see of it: the policy, the titles, who is withdrawn.
    let seen = |server: &Running| {
        let policy = server.play(&login, "acme/film", "path-token").expect(200)["decision"]["policy"].clone();
        let page = server.send(&from("NO", Call::new("GET", "/v1/catalog?limit=200").login(&login)));
        let titles: Vec<_> = page.expect(200)["titles"]
            .as_array()
            .expect("it is a list")
            .iter()
            .map(|title| (title["id"].clone(), title["name"].clone()))
            .collect();
        let withdrawn: Vec<_> = (0..60)
            .map(|number| {
                // Issued before anything is withdrawn, however long this takes.
                let mut claims = world.issuer.claims(&format!("account-{number}"), "premium");
                claims["iat"] = json!(begun);
                server.play(&world.issuer.sign("one", &claims), "acme/film", "path-token").status == 401
            })
            .collect();
        (policy, titles, withdrawn)
    };
    let mut done = 0;
    for round in 0..5 {
        let server = world.start();
        // The issuer is asked for its keys now, not while somebody goes away.
        let before = seen(&server);
        server
            .send(&Call::new("PUT", "/v1/admin/titles/acme/free").login(&admin).json(&json!({"name": "x"})));
        thread::scope(|scope| {
            for worker in 0..12 {
                let (server, admin, bundles) = (&server, &admin, &bundles);
                scope.spawn(move || {
                    let after = Duration::from_micros(worker * 300 * (round + 1));
                    let number = round * 12 + worker;
                    let name = json!({"name": format!("name-{number}")}).to_string();
                    let account = json!({"kind": "account", "id": format!("account-{number}")}).to_string();
                    let title = format!("PUT /v1/admin/titles/acme/series/{worker:02}");
                    let bundle = &bundles[usize::try_from(number).expect("few") % 3];
                    sent_and_gone(server, admin, "PUT /v1/admin/policies", bundle, after);
                    sent_and_gone(server, admin, &title, name.as_bytes(), after);
                    sent_and_gone(server, admin, "POST /v1/admin/revocations", account.as_bytes(), after);
                });
            }
        });
        // What was begun goes on by itself, and ends soon.
        let mut now = seen(&server);
        within(20, "it ends", || {
            thread::sleep(Duration::from_millis(700));
            let then = std::mem::replace(&mut now, seen(&server));
            then == now
        });
        done += usize::from(now.0 != before.0)
            + now.1.iter().filter(|title| !before.1.contains(title)).count()
            + now.2.iter().zip(&before.2).filter(|(now, before)| now != before).count();
        for (id, name) in &now.1 {
            let name = name.as_str().expect("it has a name");
            assert!(name == "x" || name.starts_with("name-"), "{id}: {name}");
        }
        server.kill();
        assert_eq!(seen(&world.start()), now, "round {round}: memory and store differ");
    }
    assert!(done > 10, "nothing of it was done: {done}");
}

#[test]
fn what_the_memory_missed_of_a_change_that_went_wrong_it_learns_soon() {
    let world = World::with("faults-doubt", "\n[limits]\nper_account = 0\n");
    let server = world.start();
    let admin = world.issuer.admin();
    let (file, aside) = (world.folder.join("playgate.db"), world.folder.join("aside.db"));
    let put = |name: &str| {
        let call = Call::new("PUT", "/v1/admin/titles/acme/free").login(&admin);
        server.send(&call.json(&json!({ "name": name })))
    };
    let shown = || server.get("/v1/catalog").expect(200)["titles"][0]["name"].clone();
    put("before").expect(200);
    // The file is somebody else's for a while: of what is written meanwhile nobody knows.
    fs::rename(&file, &aside).expect("it is moved");
    for _ in 0..3 {
        put("meanwhile").refusal(503, "store_unavailable");
    }
    fs::rename(&aside, &file).expect("it is moved back");
    within(20, "it is back", || server.get("/readyz").status == 200);
    // At the next look memory is what the store has, whichever of the two that is.
    thread::sleep(Duration::from_secs(6));
    let known = shown();
    assert!(known == "before" || known == "meanwhile", "{known}");
    server.kill();
    let server = world.start();
    assert_eq!(server.get("/v1/catalog").expect(200)["titles"][0]["name"], known);
}

#[test]
fn an_administrator_who_goes_away_is_in_the_log_all_the_same() {
    let world = with_keys("faults-unseen", "\n[limits]\nper_account = 0\n");
    let server = world.start();
    let admin = world.issuer.admin();
    // The issuer is asked for its keys now, not while somebody goes away.
    server.send(&Call::new("GET", "/v1/catalog").login(&admin)).expect(200);
    let key = json!({"title": "acme/film", "scheme": "cbcs", "key": "AAECAwQFBgcICQoLDA0ODw=="});
    let kid = |number: u64| format!("00000000-0000-4000-8000-{number:012}");
    for number in 0..60 {
        let after = Duration::from_micros(40 * number);
        let title = json!({"name": "x"}).to_string();
        let account = json!({"kind": "account", "id": format!("account-{number}")}).to_string();
        let route = format!("PUT /v1/admin/titles/acme/{number}");
        sent_and_gone(&server, &admin, &route, title.as_bytes(), after);
        sent_and_gone(&server, &admin, "POST /v1/admin/revocations", account.as_bytes(), after);
        let route = format!("PUT /v1/admin/keys/{}", kid(number));
        sent_and_gone(&server, &admin, &route, key.to_string().as_bytes(), after);
    }
    thread::sleep(Duration::from_secs(2));
    let list =
        |what: &str| server.send(&Call::new("GET", &format!("/v1/admin/{what}?limit=200")).login(&admin));
    let ids = |list: serde_json::Value| -> Vec<String> {
        let all = list.as_array().expect("it is a list").iter();
        all.map(|one| one["id"].as_str().expect("it has an id").to_owned()).collect()
    };
    let mut done: Vec<_> = ids(list("titles").expect(200)["titles"].clone());
    done.extend(ids(list("revocations").expect(200)["revocations"].clone()));
    let log = server.log();
    // What is kept already is no change, and no line.
    let kept = (0..60).map(kid).filter(|kid| {
        server.send(&Call::new("PUT", &format!("/v1/admin/keys/{kid}")).login(&admin).json(&key)).status
            == 204
    });
    done.extend(kept);
    assert!(done.len() > 30, "nothing of it was done: {done:?}");
    let did: Vec<String> = log
        .iter()
        .map(|line| serde_json::from_str(line).expect("it is JSON"))
        .filter(|line: &serde_json::Value| line["event"] == "admin" && line["account"] == "the-admin")
        .map(|line| line["to"].as_str().expect("it says to what").to_owned())
        .collect();
    let unseen: Vec<_> = done
        .iter()
        .filter(|what| !did.iter().any(|to| to.split(' ').any(|word| word == what.as_str())))
        .collect();
    assert!(unseen.is_empty(), "done by nobody, as the log has it: {unseen:?} of {}", done.len());
}
