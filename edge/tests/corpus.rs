//! The corpus of requests, natively: every case at every event, against what its independent evaluator expects.
//!
//! Writes the outcomes to `target/edge/outcomes-native.txt`, to be compared byte for byte with those of Node and workerd.
#![cfg(test)]

mod support;

use edge::{Answer, Edge, Event, Field, Request};
use serde_json::{Map, Value, json};
use signer::token::inspect_unverified;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use support::{HEADERS, Still, World, corpus};

const EVENTS: [Event; 3] = [Event::ViewerRequest, Event::OriginRequest, Event::Worker];

#[test]
fn every_case_at_every_event() {
    let text = std::fs::read_to_string(corpus().join("cases.json")).unwrap();
    let cases: Value = serde_json::from_str(&text).unwrap();
    let worlds: BTreeMap<&str, World> =
        cases["worlds"].as_object().unwrap().keys().map(|name| (name.as_str(), World::named(name))).collect();
    let (mut wrong, mut refusals, mut written) = (Vec::new(), 0, String::new());
    let cases = cases["cases"].as_array().unwrap();
    for case in cases {
        for event in EVENTS {
            let world = &worlds[case["world"].as_str().unwrap()];
            let outcome = outcome(&mut world.open(), case, event);
            refusals += u32::from(outcome["action"] == "refuse");
            writeln!(written, "{}\t{}\t{outcome}", event.name(), case["name"].as_str().unwrap()).unwrap();
            let expected = &case["expect"][event.name()];
            let mut found = Vec::new();
            compare("", &comparable(&outcome), expected, &mut found);
            if !found.is_empty() {
                wrong.push(format!("{} at {}:\n  {}", case["name"], event.name(), found.join("\n  ")));
            }
        }
    }
    let target = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/edge");
    std::fs::create_dir_all(&target).unwrap();
    std::fs::write(target.join("outcomes-native.txt"), &written).unwrap();
    let shown: Vec<_> = wrong.iter().take(20).map(String::as_str).collect();
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), cases.len() * 3, shown.join("\n"));
    assert!(cases.len() >= 450, "{} cases", cases.len());
    assert!(refusals as usize * 2 > cases.len() * 3, "{refusals} refusals");
}

fn outcome(edge: &mut Edge, case: &Value, event: Event) -> Value {
    let asked = &case["request"];
    let text = |key: &str| asked[key].as_str().unwrap_or_default();
    let mut request = Request::new(event)
        .with(Field::Id, text("id"))
        .with(Field::Method, text("method"))
        .with(Field::Path, text("path"))
        .with(Field::Query, text("query"))
        .with(Field::Host, text("host"))
        .with(Field::Address, text("address"));
    // What the platform says stands in headers at Lambda, which carry it at viewer-request only if the viewer sent them.
    if event != Event::ViewerRequest {
        request = request.with(Field::Country, text("country")).with(Field::Region, text("region"));
    }
    let token_header = edge.token_header().to_owned();
    let headers = asked["headers"].as_object().unwrap();
    for (name, value) in headers {
        let field = HEADERS.iter().find(|(known, _)| known == name).map(|(_, field)| *field);
        let field = field.or((*name == token_header).then_some(Field::Token));
        let spoof = match name.as_str() {
            "cloudfront-viewer-country" => Some(Field::Country),
            "cloudfront-viewer-country-region" => Some(Field::Region),
            _ => None,
        };
        if let Some(field) =
            field.or(spoof.filter(|spoof| event != Event::Worker && request.get(*spoof).is_none()))
        {
            request = request.with(field, value.as_str().unwrap());
        }
    }
    let mut host = Still::at(case["now"].as_i64().unwrap());
    let mut answer = edge.request(&request, &mut host);
    for _ in 0..2 {
        if matches!(answer, Answer::Wait(_)) {
            // Every fetch of the corpus fails.
            edge.keys_fetched(0, host.now, None).unwrap_err();
            answer = edge.request(&request, &mut host);
        }
    }
    match answer {
        Answer::Wait(wait) => panic!("still waiting: {wait:?}"),
        Answer::Forward(forward) => {
            let mut removed = forward.removed;
            removed.sort();
            json!({ "action": "forward", "path": forward.path, "query": forward.query, "removed": removed, "log": host.line })
        }
        Answer::Respond(response) => {
            let log: Value = serde_json::from_str(&host.line).unwrap();
            let mut sorted = response.headers;
            sorted.sort();
            let headers: Map<String, Value> =
                sorted.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
            let body = if response.body.is_empty() { Value::Null } else { response.body.into() };
            json!({ "action": log["action"], "status": response.status, "headers": headers, "body": body, "log": host.line })
        }
    }
}

/// With what differs from run to run, or is only for people, replaced or left out; and with a minted token's claims.
fn comparable(outcome: &Value) -> Value {
    let mut outcome = outcome.clone();
    let parsed = |text: &Value| text.as_str().map_or(Value::Null, |text| serde_json::from_str(text).unwrap());
    outcome["log"] = parsed(&outcome["log"]);
    let log = outcome["log"].as_object_mut().unwrap();
    log.remove("detail");
    if log["policy"].as_str().is_some_and(|policy| policy.starts_with("sha256:") && policy.len() == 71) {
        log["policy"] = "<policy>".into();
    }
    if outcome["action"] == "redirect" {
        let location = outcome["headers"]["location"].as_str().unwrap().to_owned();
        let cookie = outcome["headers"]["set-cookie"].as_str().unwrap_or_default().to_owned();
        let in_path = location.strip_prefix("/t/").and_then(|rest| rest.split('/').next());
        let token = in_path.or_else(|| cookie.split_once('=')?.1.split(';').next()).unwrap().to_owned();
        outcome["minted"] = claims(&token);
        if outcome["minted"]["tier"] == "-" {
            outcome["minted"]["tier"] = "<unnamed>".into();
        }
        outcome["headers"]["location"] = location.replace(&token, "<token>").into();
        if !cookie.is_empty() {
            outcome["headers"]["set-cookie"] = cookie.replace(&token, "<token>").into();
        }
        assert!(!outcome["log"]["session"].as_str().unwrap().is_empty());
        outcome["log"]["session"] = "<session>".into();
    }
    if outcome["action"] != "forward" {
        outcome["body"] = parsed(&outcome["body"]);
        if let Some(body) = outcome["body"].as_object_mut() {
            assert!(!body["title"].as_str().unwrap().is_empty());
            body.remove("title");
            // Only a policy's message is for the corpus to know.
            if body.get("outcome").is_some_and(|outcome| outcome == "cannot_decide") {
                body.remove("message");
            }
            if body.contains_key("policy") {
                body["policy"] = "<policy>".into();
            }
        }
    }
    outcome
}

/// The claims of a token, by the names that the corpus has for them.
fn claims(token: &str) -> Value {
    let mut claims = json!({ "exp": null, "iat": null, "iss": null, "aud": null, "sub": null, "path": null,
        "countries": null, "networks": null, "max_height": null, "tier": null, "device": null, "region": null });
    for claim in inspect_unverified(token).unwrap().claims {
        let name = match claim.name.unwrap_or_default() {
            "catu" => "path",
            "catgeoiso3166" => "countries",
            "catnip" => "networks",
            "cti" | "catv" => continue,
            name => name,
        };
        let path = claim.value["path"]["prefix"].clone();
        claims[name] = if name == "path" { path } else { claim.value };
    }
    claims
}

fn compare(place: &str, found: &Value, expected: &Value, out: &mut Vec<String>) {
    match (found, expected) {
        (Value::Object(found), Value::Object(expected)) => {
            let keys: std::collections::BTreeSet<_> = found.keys().chain(expected.keys()).collect();
            for key in keys {
                let at = |map: &Map<String, Value>| map.get(key).cloned().unwrap_or("(nothing)".into());
                compare(&format!("{place}.{key}"), &at(found), &at(expected), out);
            }
        }
        _ if found == expected => {}
        _ => out.push(format!("{place}: {found}, expected {expected}")),
    }
}

#[test]
fn every_answer_on_its_way_back() {
    let text = std::fs::read_to_string(corpus().join("responses.json")).unwrap();
    let cases: Vec<Value> = serde_json::from_str(&text).unwrap();
    assert!(cases.len() >= 100, "{}", cases.len());
    for case in &cases {
        let edge = World::named(case["world"].as_str().unwrap()).open();
        let text = |value: &'static str| case["request"][value].as_str().unwrap_or_default();
        let mut headers = case["response"]["headers"].as_object().unwrap().clone();
        let header = |name: &str| headers.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (vary, cache) = (header("vary"), header("cache-control"));
        let request = Request::new(Event::Worker)
            .with(Field::Method, text("method"))
            .with(Field::Path, text("path"))
            .with(Field::Origin, text("origin"))
            .with(Field::Vary, &vary)
            .with(Field::CacheControl, &cache);
        let status = u16::try_from(case["response"]["status"].as_u64().unwrap()).unwrap();
        for (name, value) in edge.respond(&request, status) {
            headers.insert(name.to_owned(), value.into());
        }
        assert_eq!(&headers, case["expect"].as_object().unwrap(), "{}", case["name"]);
    }
}
