//! Lists of withdrawals, as people write them.

use super::Kind;

/// The longest id of a session, an account or a key.
const LONGEST_ID: usize = 255;

/// One withdrawal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What was withdrawn.
    pub kind: Kind,
    /// Its id.
    pub id: String,
    /// When, in epoch seconds: what was issued later holds.
    pub at: u32,
}

/// What is wrong with a list, and where. It never quotes a line: what is read for a list may be a file of keys.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct ListProblem {
    /// The line, from 1 on.
    pub line: usize,
    /// What is wrong with it, and what to do.
    pub what: String,
}

/// Reads a list: lines of `session`, `account` or `key`, an id, and the moment of the withdrawal in epoch seconds. Empty
/// lines, and what stands behind `#` at the beginning of a line, count for nothing.
///
/// # Errors
/// The first line that is none of this.
pub fn read_list(text: &str) -> Result<Vec<Entry>, ListProblem> {
    let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line.trim()));
    let lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    lines.map(|(line, text)| entry(text).map_err(|what| ListProblem { line, what })).collect()
}

fn entry(text: &str) -> Result<Entry, String> {
    let mut words = text.split_ascii_whitespace();
    let (Some(kind), Some(id), Some(at), None) = (words.next(), words.next(), words.next(), words.next())
    else {
        return Err("this is not three words; write `session ID 1790000000`".to_owned());
    };
    let kind = match kind {
        "session" => Kind::Session,
        "account" => Kind::Account,
        "key" => Kind::Key,
        _ => return Err("the first word is no kind; write `session`, `account` or `key`".to_owned()),
    };
    if id.len() > LONGEST_ID {
        return Err(format!(
            "the id has {} bytes, {LONGEST_ID} are allowed; no token has such a one",
            id.len()
        ));
    }
    let at = at.parse().ok().filter(|_| at.bytes().all(|byte| byte.is_ascii_digit()));
    let at = at.ok_or_else(|| {
        "this does not end with a time in epoch seconds; write one such as `1790000000`".to_owned()
    })?;
    Ok(Entry { kind, id: id.to_owned(), at })
}
