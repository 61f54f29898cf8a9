//! Withdrawals: lists, sets, and what damaged ones do.
#![cfg(test)]

use edge::withdrawn::{Entry, Kind, MOST, MOST_KEYS, Withdrawn, WithdrawnError, read_list};

const LIST: &str =
    "# incident of the day\nsession s-1 1000\naccount a-1 2000\naccount a-1 1500\n\n  key 2025-11  1\n";

fn set(list: &str) -> Withdrawn {
    Withdrawn::open(&Withdrawn::build(&read_list(list).unwrap(), 7).unwrap()).unwrap()
}

#[test]
fn what_is_withdrawn_and_until_when() {
    let set = set(LIST);
    for (kind, id, issued_at, expected) in [
        (Kind::Session, "s-1", Some(999), true),
        (Kind::Session, "s-1", Some(1000), true),
        (Kind::Session, "s-1", Some(1001), false),
        (Kind::Session, "s-1", None, true),
        (Kind::Session, "s-2", None, false),
        (Kind::Session, "", None, false),
        (Kind::Account, "s-1", None, false),
        (Kind::Account, "a-1", Some(2000), true),
        (Kind::Account, "a-1", Some(2001), false),
        (Kind::Session, "a-1", None, false),
    ] {
        assert_eq!(set.has(kind, id.as_bytes(), issued_at), expected, "{kind:?} {id} {issued_at:?}");
    }
    assert!(set.has_key(b"2025-11") && !set.has_key(b"2025-1") && !set.has_key(b""));
    assert_eq!(set.counts(), (2, 1));
    let nothing = Withdrawn::default();
    assert!(!nothing.has(Kind::Session, b"s-1", None) && !nothing.has_key(b"2025-11"));
}

#[test]
fn lists_that_are_none() {
    for (list, message) in [
        ("session a", "line 1: this is not three words; write `session ID 1790000000`"),
        ("\n\nuser a 1", "line 3: the first word is no kind; write `session`, `account` or `key`"),
        (
            "session a soon",
            "line 1: this does not end with a time in epoch seconds; write one such as `1790000000`",
        ),
        (
            "session a +1",
            "line 1: this does not end with a time in epoch seconds; write one such as `1790000000`",
        ),
        (
            "session a 99999999999",
            "line 1: this does not end with a time in epoch seconds; write one such as `1790000000`",
        ),
        ("session a 1 2", "line 1: this is not three words; write `session ID 1790000000`"),
    ] {
        assert_eq!(read_list(list).unwrap_err().to_string(), message);
    }
    let long = format!("session {} 1", "x".repeat(256));
    assert!(read_list(&long).unwrap_err().to_string().contains("256 bytes"));
}

#[test]
fn a_set_is_bounded() {
    let entries = |kind, count: usize| -> Vec<Entry> {
        (0..count).map(|number| Entry { kind, id: number.to_string(), at: 1 }).collect()
    };
    let full = Withdrawn::build(&entries(Kind::Account, MOST), 7).unwrap();
    assert!(full.len() <= 1_200_040, "{}", full.len());
    assert_eq!(Withdrawn::open(&full).unwrap().counts(), (MOST, 0));
    let sessions = MOST + 1;
    assert_eq!(
        Withdrawn::build(&entries(Kind::Session, sessions), 7),
        Err(WithdrawnError::TooMany { sessions })
    );
    let keys = MOST_KEYS + 1;
    assert_eq!(Withdrawn::build(&entries(Kind::Key, keys), 7), Err(WithdrawnError::TooManyKeys { keys }));
}

#[test]
fn nobody_else_is_taken_for_withdrawn() {
    let entries: Vec<_> =
        (0..MOST).map(|number| Entry { kind: Kind::Account, id: format!("a{number}"), at: 1 }).collect();
    let set = Withdrawn::open(&Withdrawn::build(&entries, 1).unwrap()).unwrap();
    assert!((0..MOST).all(|number| set.has(Kind::Account, format!("a{number}").as_bytes(), None)));
    let wrong =
        (0..1_000_000).filter(|number| set.has(Kind::Account, format!("b{number}").as_bytes(), None)).count();
    assert_eq!(wrong, 0, "expected once in 10^14");
}

#[test]
fn a_damaged_set_is_none() {
    let bytes = Withdrawn::build(&read_list(LIST).unwrap(), 7).unwrap();
    for length in 0..bytes.len() {
        assert!(Withdrawn::open(&bytes[..length]).is_err(), "{length}");
    }
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut altered = bytes.clone();
            altered[at] ^= 1 << bit;
            assert!(Withdrawn::open(&altered).is_err(), "{at} {bit}");
        }
    }
    let mut longer = bytes;
    longer.push(0);
    assert_eq!(Withdrawn::open(&longer).unwrap_err(), WithdrawnError::NotASet);
}

#[test]
fn an_older_set_does_not_take_the_place_of_a_newer_one() {
    let set = |list: &str| Withdrawn::build(&read_list(list).unwrap(), 7).unwrap();
    let mut in_force = Withdrawn::open(&set("session a 100\n")).unwrap();
    in_force.replace(&set("session a 100\nsession b 200\n")).unwrap();
    for older in [set(""), set("session a 100\n"), set("session c 199\n")] {
        let problem = in_force.replace(&older).unwrap_err().to_string();
        assert!(problem.starts_with("this set is complete up to"), "{problem}");
        assert!(in_force.has(Kind::Session, b"b", Some(200)));
    }
    in_force.replace(&set("session d 200\n")).unwrap();
    assert!(!in_force.has(Kind::Session, b"b", None) && in_force.has(Kind::Session, b"d", None));
    // A list from which everything has been taken out says until when that is so.
    in_force.replace(&Withdrawn::build_until(&[], 7, 300).unwrap()).unwrap();
    assert_eq!(in_force.counts(), (0, 0));
}
