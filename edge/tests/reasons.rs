//! Every reason stands in the list for those who write players.
#![cfg(test)]

use rights::outcome::Reason;

/// The texts in quotation marks that look like codes, in a source.
fn codes(source: &str) -> impl Iterator<Item = &str> {
    let quoted = source.split('"').skip(1).step_by(2);
    quoted.filter(|text| {
        !text.is_empty()
            && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
            && text.len() > 3
    })
}

#[test]
fn no_reason_is_missing_in_the_list() {
    let list = include_str!("../../docs/refusals.md");
    let edge = include_str!("../src/refusal.rs");
    let tokens = edge.split("match refused.code()").nth(1).unwrap();
    // The constants above, and what the codes of tokens become.
    let constants = edge.split("impl Refusal").next().unwrap();
    let logins = include_str!("../src/identity/refusal.rs");
    let mut known: Vec<&str> = Reason::ALL.iter().map(|reason| reason.code()).collect();
    known.extend(codes(constants));
    known.extend(codes(tokens).filter(|code| code.starts_with("token_") && *code != "token_refused"));
    known.extend(codes(logins).filter(|code| code.starts_with("login_") || *code == "keys_unavailable"));
    assert!(known.len() > 60, "{}", known.len());
    let missing: Vec<&str> = known.into_iter().filter(|code| !list.contains(&format!("`{code}`"))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
