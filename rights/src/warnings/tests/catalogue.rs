//! A policy beside the titles that there are.

use super::*;

const CATALOGUE: [&str; 5] = ["acme/one", "acme/two", "beta/series/s1/e1", "gamma", "news/live"];

fn unmatched(list: &str) -> Vec<Warning> {
    let rules = policy(vec![Grant { titles: titles(list), ..grant("a/g") }, grant("b/all")], Vec::new());
    let mut found = warnings(&rules, NOW, Some(&CATALOGUE));
    found.retain(|warning| warning.code == "pattern-unmatched");
    found
}

#[test]
fn a_pattern_that_matches_no_title_is_reported_once() {
    let cases: [(&str, &[&str]); 12] = [
        ("*", &[]),
        ("acme/*", &[]),
        ("acme/one gamma", &[]),
        ("beta/*", &[]),
        ("beta/series/* !beta/series/s1/*", &[]),
        ("acme/three", &["acme/three"]),
        ("acme", &["acme"]),
        ("gamma/*", &["gamma/*"]),
        ("acm/* acme/*", &["acm/*"]),
        ("beta/series/s1/e1/*", &["beta/series/s1/e1/*"]),
        ("* !acme/three", &["!acme/three"]),
        ("gone gone !gone", &["gone"]),
    ];
    for (list, wanted) in cases {
        let found = unmatched(list);
        let messages: Vec<_> = found.iter().map(|warning| warning.message.clone()).collect();
        let wanted: Vec<_> = wanted
            .iter()
            .map(|pattern| format!("`{pattern}` of `a/g` matches no title of the catalogue"))
            .collect();
        assert_eq!(messages, wanted, "{list}");
    }
}

#[test]
fn what_was_probably_meant_is_suggested() {
    for (wrong, help) in [
        ("amce/one", "did you mean `acme/one`?"),
        ("acme/onne", "did you mean `acme/one`?"),
        ("acme", "did you mean `acme/*`?"),
        ("gamma/*", "did you mean `gamma`?"),
        ("* !nesw/*", "did you mean `!news/*`?"),
        ("beta/seris/s1/*", "did you mean `beta/series/s1/*`?"),
        ("beta/series/s2/*", "correct it, or remove it if the title is gone"),
        ("elsewhere/film", "correct it, or remove it if the title is gone"),
    ] {
        let helps: Vec<_> = unmatched(wrong).into_iter().map(|warning| warning.help.unwrap()).collect();
        assert_eq!(helps, [help], "{wrong}");
    }
}

#[test]
fn patterns_of_blackouts_are_looked_at_too() {
    let rules = policy(vec![grant("a/all")], vec![Blackout { titles: titles("gone"), ..blackout("b/b") }]);
    assert_eq!(codes(&warnings(&rules, NOW, Some(&CATALOGUE))), [("pattern-unmatched", 2)]);
    assert_eq!(warnings(&rules, NOW, None), []);
    assert_eq!(warnings(&rules, NOW, Some(&[])), [], "an empty catalogue is none");
}

#[test]
fn titles_that_no_grant_speaks_of_are_one_warning() {
    let cases = [
        ("*", None),
        ("acme/* beta/* gamma news/live", None),
        (
            "acme/* beta/* news/live",
            Some((4, "no grant speaks of a title of the catalogue, so nobody can ever play it: `gamma`")),
        ),
        (
            "* !acme/two !beta/series/*",
            Some((
                2,
                "no grant speaks of 2 titles of the catalogue, so nobody can ever play \
                 them: `acme/two`, `beta/series/s1/e1`",
            )),
        ),
        (
            "acme/one acme/* !acme/one",
            Some((
                1,
                "no grant speaks of 4 titles of the catalogue, so nobody can ever play \
                 them: `acme/one`, `beta/series/s1/e1`, `gamma` and 1 more",
            )),
        ),
    ];
    for (list, wanted) in cases {
        // A blackout's word does not make a title playable.
        let rules = policy(vec![Grant { titles: titles(list), ..grant("a/g") }], vec![blackout("b/b")]);
        let mut found = warnings(&rules, NOW, Some(&CATALOGUE));
        found.retain(|warning| warning.code == "title-ungranted");
        let found: Vec<_> =
            found.iter().map(|it| (&*it.spot.file, it.spot.line, it.message.as_str())).collect();
        let wanted: Vec<_> = wanted.into_iter().map(|(line, message)| ("", line, message)).collect();
        assert_eq!(found, wanted, "{list}");
    }
}

#[test]
fn a_title_within_another_is_reported_where_it_is_granted() {
    let nested = |list: &str, catalogue: Option<&[&str]>| {
        let rules = policy(vec![Grant { titles: titles(list), ..grant("a/g") }, grant("b/all")], Vec::new());
        let mut found = warnings(&rules, NOW, catalogue);
        found.retain(|warning| warning.code == "title-nested");
        found.into_iter().map(|warning| warning.message).collect::<Vec<_>>()
    };
    for (list, catalogue, expected) in [
        ("acme/film acme/film/extra", None, Some(("acme/film/extra", "acme/film"))),
        ("acme acme/film/extra", None, Some(("acme/film/extra", "acme"))),
        (
            "acme/film/extra",
            Some(&["acme/film", "acme/film/extra"][..]),
            Some(("acme/film/extra", "acme/film")),
        ),
        ("acme/film acme/filmed", None, None),
        ("acme/* acme/film", None, None),
        ("acme/film acme/film/*", None, None),
        ("acme/film !acme/film/extra", None, None),
        ("acme/film acme/other", Some(&["acme/film", "acme/other"][..]), None),
    ] {
        let wanted: Vec<_> = expected
            .map(|(inner, outer)| {
                format!("`{inner}` of `a/g` lies within the title `{outer}`, whose cookies and signed addresses open it, too")
            })
            .into_iter()
            .collect();
        assert_eq!(nested(list, catalogue), wanted, "{list}");
    }
}
