//! Where in a configuration something stands.

use rights::language::Problem;
use rights::model::Spot;
use std::ops::Range;
use toml::de::{DeArray, DeTable, DeValue};

/// The span of what a problem's place names: `tokens.lifetime`, ``tokens.key `k1` ``, ``login `https://..`, `keys` ``,
/// ``route 2, `path` ``. If that is not written, the span of what it would stand in.
pub(super) fn span_of(text: &str, place: &str) -> Option<Range<usize>> {
    let table = DeTable::parse(text).ok()?;
    let table = table.get_ref();
    let (place, field) = match place.rsplit_once(", `") {
        Some((place, field)) => (place, field.strip_suffix('`')),
        None => (place, None),
    };
    if let Some((list, name)) = place.split_once(" `") {
        let name = name.strip_suffix('`')?;
        let named =
            |entry: &DeTable<'_>, id: &str| entry.get(id).and_then(|id| id.get_ref().as_str()) == Some(name);
        let (entry, id) =
            array(table, list)?.iter().filter_map(|entry| entry.get_ref().as_table()).find_map(|entry| {
                Some((entry, ["issuer", "kid", "id"].into_iter().find(|id| named(entry, id))?))
            })?;
        return field.and_then(|field| of_field(entry, field)).or_else(|| of_field(entry, id));
    }
    if let Some((list, number)) = place.split_once(' ') {
        let index = number.parse::<usize>().ok()?.checked_sub(1)?;
        let entry = array(table, list)?.get(index)?;
        let inner = entry.get_ref().as_table().zip(field).and_then(|(entry, field)| of_field(entry, field));
        return Some(inner.unwrap_or(entry.span()));
    }
    let mut here = table;
    let mut span = None;
    for name in place.split('.') {
        let Some(found) = of_field(here, name) else { break };
        span = Some(found);
        match here.get(name).and_then(|value| value.get_ref().as_table()) {
            Some(inner) => here = inner,
            None => break,
        }
    }
    span
}

/// The value's span, or that of the name if the value is long.
fn of_field(table: &DeTable<'_>, name: &str) -> Option<Range<usize>> {
    let (key, value) = table.get_key_value(name)?;
    Some(match value.get_ref() {
        DeValue::Table(_) | DeValue::Array(_) => key.span(),
        _ => value.span(),
    })
}

fn array<'t>(table: &'t DeTable<'t>, path: &str) -> Option<&'t DeArray<'t>> {
    let mut here = table;
    let (folders, name) = path.rsplit_once('.').unwrap_or(("", path));
    for folder in folders.split('.').filter(|folder| !folder.is_empty()) {
        here = here.get(folder)?.get_ref().as_table()?;
    }
    here.get(name)?.get_ref().as_array()
}

/// A mistake at a span of a text.
pub(crate) fn mistake_at(
    file: &str,
    text: &str,
    span: &Range<usize>,
    code: &'static str,
    what: &str,
) -> Problem {
    let before = text.get(..span.start).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = text.get(line_start..).unwrap_or_default().lines().next().unwrap_or_default();
    let column = before.get(line_start..).unwrap_or_default().chars().count() + 1;
    let marked = text.get(span.clone()).unwrap_or_default();
    // Of what goes on for several lines the first is marked.
    let length = marked.lines().next().unwrap_or_default().chars().count();
    let spot =
        Spot { file: file.into(), line: number(before.matches('\n').count() + 1), column: number(column) };
    with_help(what, |message| Problem::at(&spot, number(length), line, code, message))
}

/// A mistake of a file as a whole.
pub(crate) fn mistake_in(file: &str, code: &'static str, what: &str) -> Problem {
    let problem = with_help(what, |message| Problem::of_folder(code, message));
    Problem { file: file.to_owned(), ..problem }
}

/// Messages end with what to do, behind a semicolon.
fn with_help(what: &str, problem: impl FnOnce(&str) -> Problem) -> Problem {
    match what.rsplit_once("; ") {
        Some((message, help)) => problem(message).help(help),
        None => problem(what),
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_found_where_they_are_written() {
        let text = "schema = 1\nkeys_every = 5\n[tokens]\nlifetime = 3\n[[tokens.key]]\nkid = \"a\"\n[[tokens.key]]\n\
                    kid = \"b\"\nfile = \"b.hex\"\n[[login]]\nissuer = \"https://x\"\n[[route]]\nkind = \"open\"\n\
                    [[route]]\npath = \"/a\"\n[cors]\norigins = [\n\"x\"]\n";
        for (place, expected) in [
            ("schema", Some("1")),
            ("keys_every", Some("5")),
            ("tokens", Some("tokens")),
            ("tokens.lifetime", Some("3")),
            ("tokens.leeway", Some("tokens")),
            ("tokens.key", Some("key")),
            ("tokens.key `b`", Some("\"b\"")),
            ("tokens.key `b`, `file`", Some("\"b.hex\"")),
            ("tokens.key `a`, `file`", Some("\"a\"")),
            ("tokens.key `c`", None),
            ("login `https://x`", Some("\"https://x\"")),
            ("login `https://y`", None),
            ("route 2, `path`", Some("\"/a\"")),
            ("route 1, `path`", Some("[[route]]")),
            ("route 3, `path`", None),
            ("route x, `path`", None),
            ("cors.origins", Some("origins")),
            ("security.hsts", None),
            ("configuration", None),
            ("", None),
        ] {
            let span = span_of(text, place);
            assert_eq!(span.and_then(|span| text.get(span)), expected, "{place}");
        }
        assert_eq!(span_of("no toml", "schema"), None);
    }

    #[test]
    fn a_mistake_says_where_it_is_and_what_to_do() {
        let text = "a = 1\nbé = \"x\n";
        let span = text.find("\"x").map(|at| at..at + 3).unwrap();
        let shown = mistake_at("e.toml", text, &span, "x", "this is; that; do it").to_string();
        assert_eq!(shown, "e.toml:2:6: error: this is; that\n  2 | bé = \"x\n    |      ^^ do it");
    }
}
