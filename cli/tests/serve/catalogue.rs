//! What viewers see of the catalogue, and what administrators write.

use crate::client::Call;
use crate::world::{World, from};
use serde_json::{Value, json};

const TITLES: [&str; 6] =
    ["acme/film", "acme/free", "acme/gone", "acme/series/one", "acme/soon", "live/derby"];

fn put(title: &str) -> Call {
    Call::new("PUT", &format!("/v1/admin/titles/{title}")).json(&json!({"name": format!("The {title}")}))
}

fn ids(page: &Value) -> Vec<&str> {
    page["titles"]
        .as_array()
        .expect("it is a list")
        .iter()
        .map(|title| title["id"].as_str().expect("a text"))
        .collect()
}

#[test]
fn viewers_see_what_could_play_for_them_here_and_now_and_what_will() {
    let world = World::new("catalogue-seen");
    let server = world.start();
    let admin = world.issuer.admin();
    for title in TITLES {
        server.send(&put(title).login(&admin)).expect(200);
    }
    let premium = world.issuer.login("viewer", "premium");
    let list = |login: &str, country: &str| {
        let call = from(country, Call::new("GET", "/v1/catalog"));
        let call = if login.is_empty() { call } else { call.login(login) };
        let page = server.send(&call).expect(200);
        assert_eq!(page["next"], Value::Null);
        ids(&page).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(
        list(&premium, "NO"),
        ["acme/film", "acme/free", "acme/series/one", "acme/soon", "live/derby"]
    );
    assert_eq!(list(&premium, "GB"), ["acme/free", "acme/soon"]);
    // What will be for logins only is not announced to others.
    assert_eq!(list("", "NO"), ["acme/free"]);
    let page = server.send(&from("NO", Call::new("GET", "/v1/catalog?q=SOON").login(&premium))).expect(200);
    assert_eq!(ids(&page), ["acme/soon"]);
    assert_eq!(page["titles"][0]["available_from"], "2099-01-01T00:00:00Z");

    let one =
        |title: &str, country: &str| server.send(&from(country, Call::new("GET", title).login(&premium)));
    let film = one("/v1/catalog/acme/film", "NO").expect(200);
    assert_eq!((&film["name"], &film["decision"]["rule"]), (&json!("The acme/film"), &json!("acme/film")));
    assert_eq!(film, one("/v1/catalog/acme%2Ffilm", "NO").expect(200));
    one("/v1/catalog/acme/film", "GB").refusal(451, "territory");
    let refused = one("/v1/catalog/live/derby", "GB").refusal(451, "blackout");
    assert_eq!(refused["message"], "Shown on local television");
    assert_eq!(refused["rule"], "acme/derby-gb");
    one("/v1/catalog/acme/gone", "NO").refusal(410, "expired");
    one("/v1/catalog/acme/nothing", "NO").refusal(404, "unknown_title");
    server.get("/v1/catalog/acme/film").refusal(451, "territory_unknown");
}

#[test]
fn pages_survive_changes_and_tags_tell_whether_anything_changed() {
    let world = World::new("catalogue-pages");
    let server = world.start();
    let admin = world.issuer.admin();
    let viewer = world.issuer.login("viewer", "premium");
    for number in 0..25 {
        server.send(&put(&format!("acme/series/{number:03}")).login(&admin)).expect(200);
    }
    let page = |query: &str| {
        server.send(&from("NO", Call::new("GET", &format!("/v1/catalog?{query}")).login(&viewer)))
    };
    let first = page("limit=10").expect(200);
    assert_eq!(ids(&first).len(), 10);
    let cursor = first["next"].as_str().expect("there is more");
    // What the cursor stands for goes, and others come before and behind it.
    server.send(&Call::new("DELETE", "/v1/admin/titles/acme/series/009").login(&admin)).expect(204);
    server.send(&put("acme/series/000a").login(&admin)).expect(200);
    server.send(&put("acme/series/010a").login(&admin)).expect(200);
    let second = page(&format!("limit=10&cursor={cursor}")).expect(200);
    assert_eq!(ids(&second)[..2], ["acme/series/010", "acme/series/010a"]);
    let mut seen: Vec<String> = ids(&first).into_iter().chain(ids(&second)).map(str::to_owned).collect();
    let third =
        page(&format!("limit=10&cursor={}", second["next"].as_str().expect("there is more"))).expect(200);
    assert_eq!(third["next"], Value::Null);
    seen.extend(ids(&third).into_iter().map(str::to_owned));
    let all = page("limit=200").expect(200);
    for id in ids(&all) {
        assert!(seen.iter().any(|known| known == id) || id == "acme/series/000a", "{id}");
    }

    let answer = page("limit=5");
    let tag = answer.header("etag").expect("there is a tag").to_owned();
    let again = |tag: &str| {
        let call =
            from("NO", Call::new("GET", "/v1/catalog?limit=5").login(&viewer).header("if-none-match", tag));
        server.send(&call).status
    };
    assert_eq!((again(&tag), again("\"other\""), again(&format!("\"x\", W/{tag}"))), (304, 200, 304));
    let renamed = Call::new("PUT", "/v1/admin/titles/acme/series/000").json(&json!({"name": "Another name"}));
    server.send(&renamed.login(&admin)).expect(200);
    assert_eq!(again(&tag), 200);

    for query in ["limit=0", "limit=201", "limit=x", "cursor=%21", "cursor=", "limit=1&limit=2", "colour=red"]
    {
        page(query).refusal(422, "invalid");
    }
}

#[test]
fn what_will_be_is_announced_only_to_those_for_whom_it_will() {
    let world = World::new("catalogue-announced");
    let grant = |id: &str, from: &str, tiers: &str, more: &str| {
        let (title, _) = id.split_once('-').unwrap_or((id, ""));
        format!(
            "[[grant]]\nid = \"{id}\"\ntitles = [\"soon/{title}\"]\nfrom = {from}T00:00:00Z\ntiers = [{tiers}]\n{more}\n"
        )
    };
    let everywhere = "territories = [\"*\"]";
    let policy = [
        "schema = 1\nagreement = \"soon\"\n".to_owned(),
        grant("premium", "2099-01-01", "\"premium\"", everywhere),
        grant("later-premium", "2099-01-01", "\"premium\"", everywhere),
        grant("later-free", "2099-02-01", "\"free\"", everywhere),
        grant("norway", "2099-01-01", "\"*\"", "territories = [\"NO\"]"),
        grant("television", "2099-01-01", "\"*\"", "territories = [\"*\"]\ndevices = [\"tv\"]"),
        grant("everybody", "2099-01-01", "\"*\", \"anonymous\"", everywhere),
        grant("dark", "2099-01-01", "\"*\"", everywhere),
        "[[blackout]]\nid = \"dark-for-ever\"\ntitles = [\"soon/dark\"]\nterritories = [\"*\"]\nfrom = 2099-01-01T00:00:00Z\nuntil = 2099-03-01T00:00:00Z\n".to_owned(),
    ];
    std::fs::write(world.folder.join("policies/soon.toml"), policy.concat()).expect("it is written");
    let server = world.start();
    let admin = world.issuer.admin();
    for title in ["dark", "everybody", "later", "norway", "premium", "television"] {
        server.send(&put(&format!("soon/{title}")).login(&admin)).expect(200);
    }
    let one = |tier: &str, country: &str, path: &str| {
        let call = from(country, Call::new("GET", path));
        let call = if tier.is_empty() { call } else { call.login(&world.issuer.login("viewer", tier)) };
        server.send(&call)
    };
    for (tier, country, expected) in [
        ("premium", "NO", "dark 03, everybody 01, later 01, norway 01, premium 01"),
        ("premium", "SE", "dark 03, everybody 01, later 01, premium 01"),
        ("free", "NO", "dark 03, everybody 01, later 02, norway 01"),
        ("", "NO", "everybody 01"),
    ] {
        let page = one(tier, country, "/v1/catalog").expect(200);
        let listed = page["titles"].as_array().expect("a list").iter().map(|title| {
            let (id, from) =
                (title["id"].as_str().unwrap_or(""), title["available_from"].as_str().unwrap_or(""));
            format!("{} {}", id.trim_start_matches("soon/"), from.get(5..7).unwrap_or("now"))
        });
        assert_eq!(listed.collect::<Vec<_>>().join(", "), expected, "{tier} {country}");
    }
    // The title itself says no, with the same words as playback.
    let shown = one("premium", "NO", "/v1/catalog/soon/premium").expect(200);
    assert_eq!(shown["decision"]["reason"], "not_yet");
    let refused = one("free", "NO", "/v1/catalog/soon/premium").refusal(403, "not_yet");
    assert_eq!(refused["available_from"], "2099-01-01T00:00:00Z");
    one("premium", "SE", "/v1/catalog/soon/norway").refusal(451, "territory");
}

#[test]
fn only_administrators_write_and_only_on_their_conditions() {
    let world = World::new("catalogue-written");
    let server = world.start();
    let admin = world.issuer.admin();
    let call = put("acme/film");
    server.send(&call).refusal(401, "no_credentials");
    server.send(&call.clone().login(&world.issuer.login("viewer", "admin"))).refusal(403, "not_admin");
    let mut claims = world.issuer.claims("viewer", "premium");
    claims["cognito:groups"] = json!(["playgate-admins", "admin"]);
    server.send(&call.clone().login(&world.issuer.sign("one", &claims))).refusal(403, "not_admin");

    let written = server.send(&call.clone().login(&admin).header("if-none-match", "*"));
    let tag = written.header("etag").expect("there is a tag").to_owned();
    written.expect(200);
    server.send(&call.clone().login(&admin).header("if-none-match", "*")).refusal(412, "changed");
    server.send(&call.clone().login(&admin).header("if-match", &tag)).expect(200);
    server.send(&call.clone().login(&admin).header("if-match", &tag)).refusal(412, "changed");
    server.send(&call.clone().login(&admin).header("if-match", "\"7\"")).refusal(412, "changed");
    // One that is no tag at all is nobody's, and is told how tags are written.
    for plain in ["7", "99", "'7'", "7\""] {
        let refused = server.send(&call.clone().login(&admin).header("if-match", plain));
        let detail = refused.refusal(412, "changed")["detail"].to_string();
        assert!(detail.contains("in quotes"), "{plain}: {detail}");
    }
    for weak in ["*", "W/\"7\""] {
        server.send(&call.clone().login(&admin).header("if-match", weak)).refusal(412, "changed");
    }

    let body = |body: Value| Call::new("PUT", "/v1/admin/titles/acme/film").login(&admin).json(&body);
    for (wrong, status, reason) in [
        (json!({}), 400, "malformed"),
        (json!({"name": 7}), 400, "malformed"),
        (json!({"name": "x", "colour": "red"}), 400, "malformed"),
        (json!({"name": " "}), 422, "invalid"),
        (json!({"name": "x".repeat(600)}), 422, "invalid"),
        (json!({"name": "x", "metadata": {"a": "b".repeat(40_000)}}), 422, "invalid"),
        (json!({"name": "x", "description": "y".repeat(70_000)}), 413, "too_large"),
    ] {
        server.send(&body(wrong)).refusal(status, reason);
    }
    let plain = Call::new("PUT", "/v1/admin/titles/acme/film").login(&admin).body(b"{\"name\":\"x\"}");
    server.send(&plain.header("content-type", "text/plain")).refusal(415, "media_type");
    server.send(&put("Acme/Film").login(&admin)).refusal(422, "invalid");
    server.send(&put("../etc").login(&admin)).refusal(422, "invalid");
    server.kill();

    // What was written is there after a kill.
    let server = world.start();
    let film =
        from("NO", Call::new("GET", "/v1/catalog/acme/film").login(&world.issuer.login("viewer", "premium")));
    assert_eq!(server.send(&film).expect(200)["name"], "The acme/film");
}
