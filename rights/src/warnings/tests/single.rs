//! Rules and groups by themselves, and how warnings are put in order.

use super::*;

#[test]
fn a_rule_whose_window_is_over_has_ended() {
    for (until, ended) in [(None, false), (Some(NOW + 1), false), (Some(NOW), true), (Some(1), true)] {
        let grant = Grant { window: window(0, until), ..grant("a/g") };
        let blackout = Blackout { window: window(0, until), ..blackout("a/b") };
        let wanted: &[_] = if ended { &[("grant-ended", 1), ("blackout-ended", 2)] } else { &[] };
        assert_eq!(warned(vec![grant], vec![blackout]), wanted, "{until:?}");
    }
}

#[test]
fn of_a_rule_that_has_ended_nothing_else_is_said() {
    let over = window(0, Some(NOW));
    let idle = Grant { titles: titles("gone !else"), window: over, ..grant("a/idle") };
    let unused = Blackout { titles: titles("gone !else"), window: over, ..blackout("a/unused") };
    let policy =
        policy(vec![idle, Grant { window: over, ..grant("b/covered") }, grant("c/all")], vec![unused]);
    let found = warnings(&policy, NOW, Some(&["here"]));
    assert_eq!(codes(&found), [("grant-ended", 1), ("blackout-ended", 4), ("grant-ended", 2)]);
    assert_eq!(found[0].message, "`a/idle` ended at 1970-01-01T00:16:40Z");
    assert_eq!(found[0].help.as_deref(), Some("remove it, or correct its dates"));
}

#[test]
fn a_group_that_no_rule_uses_is_reported() {
    // Whether a group is used through another one is known to the reader alone: both are used then.
    let groups = vec![group("used", true), group("used-by-used", true), group("unused", false)];
    let found = warnings(&Policy { groups, ..Policy::default() }, NOW, None);
    assert_eq!(codes(&found), [("group-unused", 1)]);
    assert_eq!(found[0].message, "no rule uses the group `unused`");
}

#[test]
fn a_grant_that_excludes_all_that_it_names_lets_nobody_in() {
    let none = Tiers { named: ["a".to_owned()].into(), except: ["a".to_owned()].into(), ..Tiers::default() };
    let idle = [
        (Grant { titles: titles("x !x"), ..grant("a/one") }, "titles"),
        (Grant { territories: Rc::new(Area::none()), ..grant("a/one") }, "territories"),
        (Grant { tiers: none, ..grant("a/one") }, "tiers"),
        (Grant { devices: Devices(0), ..grant("a/one") }, "devices"),
    ];
    for (idle, key) in idle {
        // Another grant that allows as much is beside it, and is not worth a word.
        let found = warnings(&policy(vec![idle, grant("b/all")], vec![]), NOW, None);
        let found: Vec<_> = found.iter().filter(|warning| warning.code != "exclusion-idle").collect();
        assert_eq!(found.len(), 1, "{key}: {found:?}");
        assert_eq!(found[0].code, "grant-idle");
        assert!(found[0].message.contains(&format!("its `{key}` exclude")), "{}", found[0].message);
    }
    let some = Tiers { any_login: true, except: ["a".to_owned()].into(), ..Tiers::default() };
    assert!(warnings(&policy(vec![Grant { tiers: some, ..grant("a/one") }], vec![]), NOW, None).is_empty());
}

#[test]
fn an_exclusion_of_what_is_not_included_is_idle() {
    let cases = [
        ("acme/* !acme/one", None),
        ("acme/* !acme/series/*", None),
        ("acme/series/one !acme/*", None),
        ("acme/* !acme/*", None),
        ("acme !acme", None),
        ("* !acme", None),
        ("* !acme/*", None),
        ("acme/* !acme", Some("!acme")),
        ("acme/* !acme2/one", Some("!acme2/one")),
        ("acme !acme/*", Some("!acme/*")),
        ("acme2/one !acme/*", Some("!acme/*")),
        ("acme/one !acme/two", Some("!acme/two")),
        ("acme/* beta !acme/one !beta/* !beta/*", Some("!beta/*")),
    ];
    for (list, idle) in cases {
        // Of everything, so that the blackout is used.
        let rules = policy(
            vec![Grant { titles: titles(list), tiers: tiers("*"), ..grant("a/g") }, grant("a/all")],
            vec![Blackout { titles: titles(list), ..blackout("b/b") }],
        );
        let found = warnings(&rules, NOW, None);
        let found: Vec<_> = found.iter().filter(|warning| warning.code == "exclusion-idle").collect();
        let lines: Vec<_> = found.iter().map(|warning| warning.spot.line).collect();
        assert_eq!(lines, if idle.is_some() { vec![1, 3] } else { Vec::new() }, "{list}");
        for (warning, idle) in found.iter().zip(idle.iter().cycle()) {
            assert!(
                warning.message.starts_with(&format!("`{idle}` excludes nothing: ")),
                "{}",
                warning.message
            );
        }
    }
}

#[test]
fn an_exclusion_of_a_tier_that_is_not_included_is_idle() {
    for (list, wanted) in [
        ("* !free", 0),
        ("free family !free", 0),
        ("family !free", 1),
        ("anonymous !free !trial", 2),
        ("* anonymous !free", 0),
    ] {
        let found = warned(vec![Grant { tiers: tiers(list), ..grant("a/g") }], Vec::new());
        assert_eq!(found, vec![("exclusion-idle", 1); wanted], "{list}");
    }
}

#[test]
fn no_file_gets_more_than_twenty_of_a_kind() {
    for (ended, wanted) in [(1, 1), (20, 20), (21, 21), (50, 21)] {
        let over = |n| Grant { window: window(0, Some(5)), ..grant(&format!("a/{n:02}")) };
        let mut grants: Vec<_> = (0..ended).map(over).collect();
        grants.push(Grant { window: window(0, Some(5)), ..grant("b/other-file") });
        let found = warnings(&policy(grants, Vec::new()), NOW, None);
        assert_eq!(found.len(), wanted + 1);
        let last = &found[wanted - 1];
        if ended > 20 {
            assert_eq!(last.message, format!("and {} more of this kind in this file", ended - 20));
            assert_eq!((last.code, last.spot.line), ("grant-ended", 21));
        }
    }
}

#[test]
fn warnings_are_the_same_whatever_the_order_of_rules() {
    let mut policy = policy(
        vec![grant("b/1"), grant("b/2"), grant("a/1"), Grant { window: window(0, Some(9)), ..grant("a/2") }],
        vec![Blackout { titles: titles("x !y"), ..blackout("c/1") }],
    );
    let found = warnings(&policy, NOW, Some(&["z"]));
    assert!(found.len() > 4, "{found:?}");
    assert!(found.is_sorted_by_key(|warning| &warning.spot));
    policy.grants.reverse();
    assert_eq!(warnings(&policy, NOW, Some(&["z"])), found);
}

#[test]
fn nothing_is_said_of_an_empty_policy() {
    assert_eq!(warnings(&Policy::default(), NOW, None), []);
}
