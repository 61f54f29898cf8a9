//! Every reason that is answered stands in `docs/refusals.md`, with its status.
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

#[test]
fn every_reason_is_explained() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = BTreeMap::new();
    named(&root.join("src"), &mut found);
    assert!(found.len() > 25, "{found:?}");
    let list = fs::read_to_string(root.join("../docs/refusals.md")).expect("the list is there");
    let rows: Vec<&str> = list.lines().filter(|line| line.starts_with("| `")).collect();
    for (reason, status) in found {
        let row = rows.iter().find(|row| row.contains(&format!("`{reason}`")));
        let row = row.unwrap_or_else(|| panic!("`{reason}` is not in docs/refusals.md"));
        assert!(row.contains(&status), "`{reason}` is {status}: {row}");
    }
}
