//! Every reason that is answered stands in `docs/refusals.md`, with its status, and in the served document.
#![cfg(test)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Reasons with their statuses, as the sources name them: `refusal(403, "concurrency", ..)`, or the fields of a `Refusal`.
fn named(folder: &Path, found: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).expect("the sources are there") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            named(&path, found);
            continue;
        }
        let text = fs::read_to_string(&path).expect("it is text");
        for (_, rest) in text.match_indices("refusal(").map(|(at, _)| text.split_at(at + "refusal(".len())) {
            let mut parts = rest.split(',').map(str::trim);
            let (Some(status), Some(reason)) = (parts.next(), parts.next()) else { continue };
            if status.len() == 3
                && status.bytes().all(|byte| byte.is_ascii_digit())
                && reason.starts_with('"')
            {
                found.insert(reason.trim_matches('"').to_owned(), status.to_owned());
            }
        }
        for (_, rest) in
            text.match_indices("reason: \"").map(|(at, _)| text.split_at(at + "reason: \"".len()))
        {
            let reason = rest.split('"').next().unwrap_or_default();
            let status = rest.split("status: ").nth(1).and_then(|rest| rest.get(..3)).unwrap_or_default();
            found.insert(reason.to_owned(), status.to_owned());
        }
    }
}

/// The reasons that the served document names.
fn listed() -> Vec<String> {
    let document = origin_api::openapi();
    let values = document.pointer("/components/schemas/Problem/properties/reason/enum");
    let values = values.and_then(serde_json::Value::as_array).expect("reasons are an enumeration");
    values.iter().map(|reason| reason.as_str().expect("a reason is a text").to_owned()).collect()
}

#[test]
fn every_reason_of_the_document_is_explained() {
    let listed = listed();
    assert!(listed.len() > 40 && listed.is_sorted(), "{listed:?}");
    let list = include_str!("../../docs/refusals.md");
    for reason in &listed {
        let row = list.lines().find(|line| line.starts_with("| `") && line.contains(&format!("`{reason}`")));
        assert!(row.is_some(), "`{reason}` is not in docs/refusals.md");
    }
    // Those of logins and of the rights are listed elsewhere, and come from there.
    for reason in ["login_signature", "login_use", "territory", "not_yet", "key_taken", "license_refused"] {
        assert!(listed.iter().any(|known| known == reason), "{reason}");
    }
    let logins = include_str!("../../edge/src/identity/refusal.rs");
    for (_, code) in logins.match_indices("=> \"login_").map(|(at, _)| logins.split_at(at + 4)) {
        let code = code.split('"').next().unwrap_or_default();
        assert!(listed.iter().any(|known| known == code), "`{code}` is not in `Refusal::CODES`");
    }
}

/// What a player does after a heartbeat is said in three places, and is the same there.
#[test]
fn refusals_of_heartbeats_mean_the_same_everywhere() {
    let document = origin_api::openapi();
    let heartbeat = &document["paths"]["/v1/playback/{session}/heartbeat"]["post"];
    let described = heartbeat["description"].as_str().expect("it is described");
    let forbidden = heartbeat["responses"]["403"]["description"].as_str().expect("it is described");
    let guide = include_str!("../../docs/serve.md");
    let rows = |text: &str| -> Vec<String> {
        let rows = text.lines().map(str::trim).skip_while(|line| !line.starts_with("| answer |"));
        rows.take_while(|line| line.starts_with('|')).map(str::to_owned).collect()
    };
    assert_eq!(rows(described), rows(guide));
    assert!(rows(guide).len() > 8, "{described}");
    let list = include_str!("../../docs/refusals.md");
    for (reason, advice) in [
        ("session_ended", "start again"),
        ("replaced", "start again only when the viewer asks to"),
        ("other_account", "start again, with the login that was sent"),
        ("revoked", "start again, with a fresh login"),
        ("session_unknown", "start again, with a fresh login"),
        ("login_expired", "refresh the login"),
    ] {
        let is_row = |line: &&str| line.contains(&format!("`{reason}`")) && line.contains(advice);
        assert!(list.lines().any(|line| is_row(&line)), "{reason}: docs/refusals.md");
        assert!(guide.lines().any(|line| is_row(&line)), "{reason}: docs/serve.md");
        let of_forbidden = |part: &&str| part.contains(&format!("`{reason}`"));
        if let Some(part) =
            forbidden.split("; `").map(|part| format!("`{part}")).find(|part| of_forbidden(&part.as_str()))
        {
            assert!(part.contains(advice), "{reason}: {part}");
        }
    }
}

#[test]
fn every_reason_is_explained() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = BTreeMap::new();
    named(&root.join("src"), &mut found);
    assert!(found.len() > 25, "{found:?}");
    let list = fs::read_to_string(root.join("../docs/refusals.md")).expect("the list is there");
    let rows: Vec<&str> = list.lines().filter(|line| line.starts_with("| `")).collect();
    let listed = listed();
    for (reason, status) in found {
        assert!(listed.contains(&reason), "`{reason}` is not in `refusals!` of refusal.rs");
        let row = rows.iter().find(|row| row.contains(&format!("`{reason}`")));
        let row = row.unwrap_or_else(|| panic!("`{reason}` is not in docs/refusals.md"));
        assert!(row.contains(&status), "`{reason}` is {status}: {row}");
    }
}
