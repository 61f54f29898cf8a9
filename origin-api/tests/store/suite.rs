//! What every store does alike. A store runs it with `cases!`, given a function that opens an empty one.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use origin_api::store::{Expect, LARGEST_RECORD, LONGEST_KEY, Record, Store, StoreError, Table, Write};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::folder::title;

/// One test of each case, on a new store each. `$fresh` is an async function without arguments; it gives the store in an
/// `Arc`, and something to hold on to while it is used. `races` is how often the 200 race for 3 places, `counting` how many count
/// up the same record: each that is faster sends all others round again.
macro_rules! cases {
    ($fresh:path, races: $races:expr, counting: $counting:expr) => {
        crate::suite::cases!(@each $fresh:
            conditions_of_a_writing, conditions_of_a_removal, odd_keys, keys_that_are_refused, sizes, tables_are_apart,
            lists_in_the_order_of_bytes, lists_behind_a_key, a_list_while_it_is_changed, versions_never_repeat,
            what_was_acknowledged_is_read, expired_records_may_be_there_but_can_be_replaced,
            it_answers_a_ping
        );

        #[tokio::test(flavor = "multi_thread")]
        async fn increments_are_all_counted() {
            let (store, _guard) = $fresh().await;
            crate::suite::increments_are_all_counted(&store, $counting).await;
        }

        #[tokio::test(flavor = "multi_thread")]
        async fn three_of_two_hundred_get_a_place() {
            let (store, _guard) = $fresh().await;
            crate::suite::three_of_two_hundred_get_a_place(&store, $races).await;
        }
    };
    (@each $fresh:path: $($case:ident),*) => {
        $(
            #[tokio::test(flavor = "multi_thread")]
            async fn $case() {
                let (store, _guard) = $fresh().await;
                crate::suite::$case(&store).await;
            }
        )*
    };
}
pub(crate) use cases;

/// What is under a key before a condition is tried on it.
#[derive(Debug, Clone, Copy)]
enum Before {
    Nothing,
    Present,
    Removed,
    RemovedAndBack,
}

/// Which condition.
#[derive(Debug, Clone, Copy)]
enum Wanted {
    Anything,
    Absent,
    /// The version that is there, or was there last.
    Latest,
    /// That of the first of two writings.
    First,
    /// That of the record of another key.
    OfAnotherKey,
    /// A version that was not given out yet.
    Future,
}

/// What is there, what is wanted, and whether the condition holds. A writing and a removal differ in nothing here.
const CONDITIONS: [(Before, Wanted, bool); 24] = [
    (Before::Nothing, Wanted::Anything, true),
    (Before::Nothing, Wanted::Absent, true),
    (Before::Nothing, Wanted::Latest, false),
    (Before::Nothing, Wanted::First, false),
    (Before::Nothing, Wanted::OfAnotherKey, false),
    (Before::Nothing, Wanted::Future, false),
    (Before::Present, Wanted::Anything, true),
    (Before::Present, Wanted::Absent, false),
    (Before::Present, Wanted::Latest, true),
    (Before::Present, Wanted::First, false),
    (Before::Present, Wanted::OfAnotherKey, false),
    (Before::Present, Wanted::Future, false),
    (Before::Removed, Wanted::Anything, true),
    (Before::Removed, Wanted::Absent, true),
    (Before::Removed, Wanted::Latest, false),
    (Before::Removed, Wanted::First, false),
    (Before::Removed, Wanted::OfAnotherKey, false),
    (Before::Removed, Wanted::Future, false),
    (Before::RemovedAndBack, Wanted::Anything, true),
    (Before::RemovedAndBack, Wanted::Absent, false),
    (Before::RemovedAndBack, Wanted::Latest, true),
    (Before::RemovedAndBack, Wanted::First, false),
    (Before::RemovedAndBack, Wanted::OfAnotherKey, false),
    (Before::RemovedAndBack, Wanted::Future, false),
];

/// Brings a key into a state and makes a condition for it.
async fn arrange<S: Store>(store: &S, key: &str, before: Before, wanted: Wanted) -> Expect {
    let other = store.write(title(&format!("{key} other"), b"other")).await.unwrap();
    let write = |bytes| store.write(title(key, bytes));
    let remove = |version| store.remove(Table::Titles, key, Expect::Version(version));
    let (first, latest) = match before {
        Before::Nothing => (other, other),
        Before::Present => (write(b"first").await.unwrap(), write(b"second").await.unwrap()),
        Before::Removed => {
            let versions = (write(b"first").await.unwrap(), write(b"second").await.unwrap());
            remove(versions.1).await.unwrap();
            versions
        }
        Before::RemovedAndBack => {
            let first = write(b"first").await.unwrap();
            remove(first).await.unwrap();
            (first, write(b"second").await.unwrap())
        }
    };
    match wanted {
        Wanted::Anything => Expect::Anything,
        Wanted::Absent => Expect::Absent,
        Wanted::Latest => Expect::Version(latest),
        Wanted::First => Expect::Version(first),
        Wanted::OfAnotherKey => Expect::Version(other),
        Wanted::Future => Expect::Version(u64::MAX),
    }
}

pub(crate) async fn conditions_of_a_writing<S: Store>(store: &Arc<S>) {
    for (number, (before, wanted, holds)) in CONDITIONS.into_iter().enumerate() {
        let case = format!("{before:?}, {wanted:?}");
        let key = &format!("title/{number}");
        let expect = arrange(&**store, key, before, wanted).await;
        let there = store.read(Table::Titles, key).await.unwrap();
        let written = store.write(Write { expect, ..title(key, b"new") }).await;
        let now = store.read(Table::Titles, key).await.unwrap();
        if holds {
            assert_eq!(now, Some(Record { bytes: b"new".to_vec(), version: written.unwrap() }), "{case}");
            assert_ne!(now, there, "{case}");
        } else {
            assert_eq!(written, Err(StoreError::Conflict), "{case}");
            assert_eq!(now, there, "{case}");
        }
    }
}

pub(crate) async fn conditions_of_a_removal<S: Store>(store: &Arc<S>) {
    for (number, (before, wanted, holds)) in CONDITIONS.into_iter().enumerate() {
        let case = format!("{before:?}, {wanted:?}");
        let key = &format!("title/{number}");
        let expect = arrange(&**store, key, before, wanted).await;
        let there = store.read(Table::Titles, key).await.unwrap();
        let removed = store.remove(Table::Titles, key, expect).await;
        let now = store.read(Table::Titles, key).await.unwrap();
        if holds {
            assert_eq!((removed, now), (Ok(()), None), "{case}");
        } else {
            assert_eq!((removed, now), (Err(StoreError::Conflict), there), "{case}");
        }
    }
}

pub(crate) async fn odd_keys<S: Store>(store: &Arc<S>) {
    let longest = "k".repeat(LONGEST_KEY);
    let longest_of_two = "é".repeat(LONGEST_KEY / 2);
    let keys = [
        "a",
        "A",
        " ",
        ".",
        "..",
        "/",
        "//",
        "acme/one",
        "acme//one",
        "acme/one/",
        "acme/../one",
        "a\\b",
        "a\tb",
        "a\nb",
        "a\0b",
        "a\0",
        "\0",
        "a#b|c:d?e&f=g%2F",
        "'; drop table titles; --",
        "${x}",
        "é",
        "e\u{301}",
        "日本語",
        "\u{1F3AC}",
        "\u{200B}",
        "\u{202E}txt",
        "\u{FFFF}",
        "\u{10FFFF}",
        &longest,
        &longest_of_two,
    ];
    for key in keys {
        store
            .write(Write { expect: Expect::Absent, ..title(key, key.as_bytes()) })
            .await
            .unwrap_or_else(|error| panic!("{key:?}: {error}"));
    }
    for key in keys {
        let record = store.read(Table::Titles, key).await.unwrap();
        assert_eq!(record.map(|record| record.bytes), Some(key.as_bytes().to_vec()), "{key:?}");
    }
    let listed: Vec<_> = all(&**store, Table::Titles, 7).await.into_iter().map(|(key, _)| key).collect();
    let sorted: Vec<_> =
        keys.iter().map(|key| (*key).to_owned()).collect::<BTreeSet<_>>().into_iter().collect();
    assert_eq!(listed, sorted);
    for key in keys {
        store.remove(Table::Titles, key, Expect::Anything).await.unwrap();
        assert_eq!(store.read(Table::Titles, key).await, Ok(None), "{key:?}");
    }
}

pub(crate) async fn keys_that_are_refused<S: Store>(store: &Arc<S>) {
    let too_long = "k".repeat(LONGEST_KEY + 1);
    let too_long_in_bytes = "é".repeat(LONGEST_KEY / 2) + "k";
    for key in ["", &too_long, &too_long_in_bytes, &"k".repeat(100_000)] {
        let case = format!("{} bytes", key.len());
        let refused = |answer: Result<(), StoreError>| {
            assert!(matches!(answer, Err(StoreError::Refused(_))), "{case}: {answer:?}");
        };
        refused(store.read(Table::Titles, key).await.map(drop));
        refused(store.write(title(key, b"x")).await.map(drop));
        refused(store.remove(Table::Titles, key, Expect::Anything).await);
    }
    assert_eq!(store.list(Table::Titles, None, 10).await, Ok(vec![]));
}

pub(crate) async fn sizes<S: Store>(store: &Arc<S>) {
    for length in [0, 1, 4095, 4096, 4097, 65_536, LARGEST_RECORD - 1, LARGEST_RECORD] {
        let bytes: Vec<u8> = (0..length).map(|at| u8::try_from(at % 251).unwrap()).collect();
        let version = store.write(title("film", &bytes)).await.unwrap();
        let record = store.read(Table::Titles, "film").await.unwrap().unwrap();
        assert!(record == Record { bytes, version }, "{length} bytes");
    }
    let there = store.read(Table::Titles, "film").await.unwrap();
    for length in [LARGEST_RECORD + 1, LARGEST_RECORD * 2, 5_000_000] {
        let written = store.write(title("film", &vec![0; length])).await;
        assert!(matches!(written, Err(StoreError::Refused(_))), "{length}: {written:?}");
        assert!(store.read(Table::Titles, "film").await.unwrap() == there, "{length}: it was changed");
    }
}

pub(crate) async fn tables_are_apart<S: Store>(store: &Arc<S>) {
    for table in Table::ALL {
        for other in Table::ALL {
            let there = store.read(other, "one").await.unwrap().is_some();
            assert_eq!(there, other < table, "{} before {} was written", other.name(), table.name());
        }
        let bytes = table.name().as_bytes();
        store.write(Write { table, expect: Expect::Absent, ..title("one", bytes) }).await.unwrap();
    }
    for table in Table::ALL {
        let keys: Vec<_> = store.list(table, None, 10).await.unwrap();
        let found: Vec<_> =
            keys.iter().map(|(key, record)| (key.as_str(), record.bytes.as_slice())).collect();
        assert_eq!(found, [("one", table.name().as_bytes())]);
    }
    store.remove(Table::Keys, "one", Expect::Anything).await.unwrap();
    for table in Table::ALL {
        let there = store.read(table, "one").await.unwrap().is_some();
        assert_eq!(there, table != Table::Keys, "{}", table.name());
    }
}

pub(crate) async fn lists_in_the_order_of_bytes<S: Store>(store: &Arc<S>) {
    let ordered = ["A", "B", "a", "a\0", "a ", "a/", "a/b", "a0", "aa", "b", "é", "\u{FFFF}", "\u{1F3AC}"];
    for key in ordered.iter().rev() {
        store.write(title(key, b"x")).await.unwrap();
    }
    store.write(Write { table: Table::Leases, ..title("aaa", b"x") }).await.unwrap();
    for page in [1, 2, 5, ordered.len(), 100] {
        let listed = all(&**store, Table::Titles, page).await;
        let keys: Vec<_> = listed.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, ordered, "pages of {page}");
    }
    let listed = store.list(Table::Titles, None, 1).await.unwrap();
    assert_eq!(
        listed.first().map(|(_, record)| record.clone()),
        store.read(Table::Titles, "A").await.unwrap()
    );
}

pub(crate) async fn lists_behind_a_key<S: Store>(store: &Arc<S>) {
    assert_eq!(store.list(Table::Titles, None, 3).await, Ok(vec![]));
    assert_eq!(store.list(Table::Titles, Some("b"), 3).await, Ok(vec![]));
    for key in ["b", "d", "f"] {
        store.write(title(key, b"x")).await.unwrap();
    }
    let cases: [(Option<&str>, usize, &[&str]); 14] = [
        (None, 0, &[]),
        (None, 1, &["b"]),
        (None, 2, &["b", "d"]),
        (None, 3, &["b", "d", "f"]),
        (None, 4, &["b", "d", "f"]),
        (Some("a"), 3, &["b", "d", "f"]),
        (Some("b"), 3, &["d", "f"]),
        (Some("b"), 0, &[]),
        (Some("b"), 1, &["d"]),
        (Some("c"), 1, &["d"]),
        (Some("b\0"), 3, &["d", "f"]),
        (Some("f"), 3, &[]),
        (Some("z"), 3, &[]),
        (Some("\u{10FFFF}"), 3, &[]),
    ];
    for (after, limit, expected) in cases {
        let listed = store.list(Table::Titles, after, limit).await.unwrap();
        let keys: Vec<_> = listed.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, expected, "after {after:?}, {limit}");
    }
}

pub(crate) async fn a_list_while_it_is_changed<S: Store>(store: &Arc<S>) {
    let staying: Vec<_> = (0..60).map(|number| format!("{number:03} stays")).collect();
    for key in &staying {
        store.write(title(key, b"x")).await.unwrap();
    }
    let over = Arc::new(AtomicBool::new(false));
    let changes = Arc::new(AtomicUsize::new(0));
    let changing = tokio::spawn({
        let (store, over, changes) = (Arc::clone(store), Arc::clone(&over), Arc::clone(&changes));
        async move {
            while !over.load(Ordering::Relaxed) {
                let number = changes.load(Ordering::Relaxed) % 60;
                let key = format!("{number:03} goes");
                store.write(title(&key, b"x")).await.unwrap();
                store.write(title(&format!("{number:03} stays"), b"y")).await.unwrap();
                store.remove(Table::Titles, &key, Expect::Anything).await.unwrap();
                changes.fetch_add(1, Ordering::Relaxed);
            }
        }
    });
    let mut lists = 0;
    // A store that lists quickly and writes slowly is listed until something has changed.
    while lists < 10 || changes.load(Ordering::Relaxed) == 0 {
        let listed = all(&**store, Table::Titles, 7).await;
        assert!(listed.is_sorted_by(|(one, _), (next, _)| one < next), "out of order, or twice");
        let stayed: Vec<_> =
            listed.into_iter().map(|(key, _)| key).filter(|key| key.ends_with("stays")).collect();
        assert_eq!(stayed, staying);
        lists += 1;
    }
    over.store(true, Ordering::Relaxed);
    changing.await.unwrap();
}

pub(crate) async fn versions_never_repeat<S: Store>(store: &Arc<S>) {
    let mut versions = BTreeSet::new();
    for round in 0..50 {
        let first = store.write(title("film", b"same bytes")).await.unwrap();
        let second = store.write(title("film", b"same bytes")).await.unwrap();
        assert!(versions.insert(first) && versions.insert(second), "round {round}: {first}, {second}");
        store.remove(Table::Titles, "film", Expect::Version(second)).await.unwrap();
        // Who read the record before it was removed does not write over the one that came after it.
        let late = store.write(Write { expect: Expect::Version(second), ..title("film", b"late") }).await;
        assert_eq!(late, Err(StoreError::Conflict), "round {round}");
    }
}

pub(crate) async fn what_was_acknowledged_is_read<S: Store>(store: &Arc<S>) {
    let mut tasks = JoinSet::new();
    for task in 0..20 {
        let store = Arc::clone(store);
        tasks.spawn(async move {
            let key = &format!("title/{task}");
            for round in 0..20 {
                let bytes = format!("{task} {round}").into_bytes();
                let version = store.write(title(key, &bytes)).await.unwrap();
                let record = Record { bytes, version };
                assert_eq!(store.read(Table::Titles, key).await.unwrap().as_ref(), Some(&record));
                if round % 5 == 4 {
                    store.remove(Table::Titles, key, Expect::Version(version)).await.unwrap();
                    assert_eq!(store.read(Table::Titles, key).await, Ok(None));
                }
            }
        });
    }
    tasks.join_all().await;
    assert_eq!(store.list(Table::Titles, None, 10).await, Ok(vec![]));
}

pub(crate) async fn expired_records_may_be_there_but_can_be_replaced<S: Store>(store: &Arc<S>) {
    // 0 is long over, and the largest there is never comes.
    for expires in [None, Some(0), Some(1), Some(4_102_444_800), Some(u64::from(u32::MAX))] {
        let version = store.write(Write { expires, ..title("film", b"old") }).await.unwrap();
        let there = store.read(Table::Titles, "film").await.unwrap();
        let old = Record { bytes: b"old".to_vec(), version };
        assert!(there.is_none() || there == Some(old), "{expires:?}: {there:?}");
        let over = expires.is_some_and(|expires| expires < 2);
        assert!(over || there.is_some(), "{expires:?}: it is gone before its time");
        let expect = there.map_or(Expect::Absent, |record| Expect::Version(record.version));
        let version = store.write(Write { expect, ..title("film", b"new") }).await.unwrap();
        let new = Record { bytes: b"new".to_vec(), version };
        assert_eq!(store.read(Table::Titles, "film").await, Ok(Some(new)), "{expires:?}");
    }
}

pub(crate) async fn increments_are_all_counted<S: Store>(store: &Arc<S>, counting: usize) {
    const EACH: usize = 3;
    let start = Arc::new(Barrier::new(counting));
    let mut tasks = JoinSet::new();
    for _ in 0..counting {
        let (store, start) = (Arc::clone(store), Arc::clone(&start));
        tasks.spawn(async move {
            start.wait().await;
            let mut left = EACH;
            while left > 0 {
                let there = store.read(Table::Leases, "counter").await.unwrap();
                let count = there.as_ref().map_or(0, |record| number(&record.bytes));
                let expect = there.map_or(Expect::Absent, |record| Expect::Version(record.version));
                let bytes = (count + 1).to_string();
                let write = Write { table: Table::Leases, expect, ..title("counter", bytes.as_bytes()) };
                match store.write(write).await {
                    Ok(_) => left -= 1,
                    Err(error) => assert_eq!(error, StoreError::Conflict),
                }
            }
        });
    }
    tasks.join_all().await;
    let record = store.read(Table::Leases, "counter").await.unwrap().unwrap();
    assert_eq!(number(&record.bytes), counting * EACH);
}

pub(crate) async fn it_answers_a_ping<S: Store>(store: &Arc<S>) {
    assert_eq!(store.ping().await, Ok(()));
    for table in Table::ALL {
        assert_eq!(store.list(table, None, 1).await, Ok(vec![]), "a ping left something in {}", table.name());
    }
}

pub(crate) async fn three_of_two_hundred_get_a_place<S: Store>(store: &Arc<S>, rounds: usize) {
    for round in 0..rounds {
        a_race(store, round).await;
    }
}

/// One round of it, for the places of an account of its own.
pub(crate) async fn a_race<S: Store>(store: &Arc<S>, round: usize) {
    const CLIENTS: usize = 200;
    const PLACES: usize = 3;
    let account: Arc<str> = format!("account/{round}").into();
    let start = Arc::new(Barrier::new(CLIENTS));
    let mut clients = JoinSet::new();
    for client in 0..CLIENTS {
        let (store, account, start) = (Arc::clone(store), Arc::clone(&account), Arc::clone(&start));
        clients.spawn(async move {
            start.wait().await;
            loop {
                let there = store.read(Table::Leases, &account).await.unwrap();
                let mut seated = there.as_ref().map_or_else(Vec::new, |record| names(&record.bytes));
                assert!(seated.len() <= PLACES, "{seated:?}");
                if seated.len() == PLACES {
                    return None;
                }
                seated.push(client.to_string());
                let bytes = seated.join(" ");
                let expect = there.map_or(Expect::Absent, |record| Expect::Version(record.version));
                let write = Write { table: Table::Leases, expect, ..title(&account, bytes.as_bytes()) };
                match store.write(write).await {
                    Ok(_) => return Some(client.to_string()),
                    Err(error) => assert_eq!(error, StoreError::Conflict),
                }
            }
        });
    }
    let mut told: Vec<_> = clients.join_all().await.into_iter().flatten().collect();
    let mut seated = names(&store.read(Table::Leases, &account).await.unwrap().unwrap().bytes);
    told.sort();
    seated.sort();
    assert_eq!(told.len(), PLACES, "round {round}: {told:?}");
    assert_eq!(told, seated, "round {round}");
}

/// A whole table, page by page.
async fn all<S: Store>(store: &S, table: Table, page: usize) -> Vec<(String, Record)> {
    let mut all: Vec<(String, Record)> = Vec::new();
    loop {
        let after = all.last().map(|(key, _)| key.clone());
        let more = store.list(table, after.as_deref(), page).await.unwrap();
        assert!(more.len() <= page);
        if more.is_empty() {
            return all;
        }
        all.extend(more);
    }
}

fn number(bytes: &[u8]) -> usize {
    std::str::from_utf8(bytes).unwrap().parse().unwrap()
}

fn names(bytes: &[u8]) -> Vec<String> {
    std::str::from_utf8(bytes).unwrap().split(' ').map(str::to_owned).collect()
}
