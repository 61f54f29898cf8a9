//! What becomes of answers when the table is gone, slow, overloaded or mad; and that it passes.

use std::net::TcpListener;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use origin_api::store::dynamo::{Dynamo, Patience};
use origin_api::store::{Expect, Record, Store, StoreError, Table, Write};
use tokio::runtime::Handle;

use super::emulator::{Emulator, Kind};
use super::proxy::{Fate, Proxy};
use super::{UNHURRIED, store, table_name};
use crate::folder::title;

/// Where it is about what is said, and how soon.
const HURRIED: Patience =
    Patience { whole: Duration::from_millis(1500), attempt: Duration::from_millis(400) };

/// Where the next attempt has to succeed, on a machine that does other things too.
const CALM: Patience = Patience { whole: Duration::from_secs(20), attempt: Duration::from_secs(2) };

/// What may pass beyond the time allowed, on such a machine.
const SLACK: Duration = Duration::from_millis(1500);

/// A store behind a proxy, and another that asks the emulator itself.
struct Between {
    _emulator: Emulator,
    proxy: Proxy,
    store: Arc<Dynamo>,
    beside: Arc<Dynamo>,
}

impl Between {
    fn new(kind: Kind, patience: Patience) -> Self {
        let emulator = Emulator::start(kind);
        let table = table_name();
        emulator.make_table(&table);
        let proxy = Proxy::start(emulator.address);
        let store = store(&proxy.endpoint(), &table, patience);
        let beside = super::store(&emulator.endpoint(), &table, UNHURRIED);
        Self { _emulator: emulator, proxy, store, beside }
    }

    /// Somebody else writes, and nothing is lost on the way.
    fn overtake(&self, key: &'static str) -> Fate {
        let (beside, handle) = (Arc::clone(&self.beside), Handle::current());
        Fate::IsOvertaken(Arc::new(move || {
            handle.block_on(beside.write(title(key, b"of somebody else"))).unwrap();
        }))
    }
}

fn is_unavailable<T: std::fmt::Debug>(answer: Result<T, StoreError>, case: &str) -> String {
    match answer {
        Err(StoreError::Unavailable(words)) => words,
        other => panic!("{case}: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_done_and_not_heard_of_is_no_conflict() {
    for kind in [Kind::Dynalite, Kind::Moto] {
        let between = Between::new(kind, CALM);
        let Between { proxy, store, beside, .. } = &between;
        let lost = [Fate::AnswerIsLost];
        let lost_twice = [Fate::AnswerIsLost, Fate::AnswerIsLost];
        let lost_and_lost = [Fate::IsLost, Fate::AnswerIsLost];
        for fates in [&lost[..], &lost_twice, &lost_and_lost] {
            let mut expect = Expect::Absent;
            for bytes in [&b"first"[..], b"second", b"third"] {
                proxy.next(fates);
                let version = store.write(Write { expect, ..title("film", bytes) }).await.unwrap();
                let record = Record { bytes: bytes.to_vec(), version };
                assert_eq!(beside.read(Table::Titles, "film").await, Ok(Some(record)), "{kind:?}");
                expect = Expect::Version(version);
            }
            proxy.next(fates);
            let version = store.write(title("film", b"fourth")).await.unwrap();
            let there = beside.read(Table::Titles, "film").await.unwrap().unwrap();
            assert_eq!(there.version, version, "{kind:?}");
            for expect in [Expect::Version(version), Expect::Anything, Expect::Absent] {
                proxy.next(fates);
                assert_eq!(store.remove(Table::Titles, "film", expect).await, Ok(()), "{kind:?} {expect:?}");
                assert_eq!(beside.read(Table::Titles, "film").await, Ok(None), "{kind:?} {expect:?}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_twice_has_two_versions() {
    let between = Between::new(Kind::Dynalite, CALM);
    let Between { proxy, store, beside, .. } = &between;
    // Whoever read the first of the two would otherwise write over the second, and over what came in between.
    let seen = Arc::new(OnceLock::new());
    let (see, reader, handle) = (Arc::clone(&seen), Arc::clone(beside), Handle::current());
    let look = Fate::IsOvertaken(Arc::new(move || {
        let there = handle.block_on(reader.read(Table::Titles, "film")).unwrap().unwrap();
        see.set(there.version).unwrap();
        handle.block_on(reader.write(title("film", b"of somebody else"))).unwrap();
    }));
    proxy.next(&[Fate::AnswerIsLost, look]);
    let version = store.write(title("film", b"ours")).await.unwrap();
    let first = *seen.get().unwrap();
    assert_ne!(version, first);
    let late = beside.write(Write { expect: Expect::Version(first), ..title("film", b"late") }).await;
    assert_eq!(late, Err(StoreError::Conflict));
    let record = Record { bytes: b"ours".to_vec(), version };
    assert_eq!(beside.read(Table::Titles, "film").await, Ok(Some(record)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_known_is_not_made_up() {
    for kind in [Kind::Dynalite, Kind::Moto] {
        let between = Between::new(kind, CALM);
        let Between { proxy, store, beside, .. } = &between;
        let others = || async { beside.read(Table::Titles, "film").await.unwrap().unwrap() };
        // It was written, and written over before the second attempt.
        for is_there in [false, true] {
            let expect = if is_there { Expect::Version(others().await.version) } else { Expect::Absent };
            proxy.next(&[Fate::AnswerIsLost, between.overtake("film")]);
            let written = store.write(Write { expect, ..title("film", b"ours") }).await;
            is_unavailable(written, "written over");
            assert_eq!(others().await.bytes, b"of somebody else", "{kind:?}");
        }
        // The question was lost or its answer, and somebody else is there.
        for fate in [Fate::IsLost, Fate::AnswerIsLost] {
            proxy.next(std::slice::from_ref(&fate));
            let written = store.write(Write { expect: Expect::Absent, ..title("film", b"ours") }).await;
            is_unavailable(written, "somebody is there");
            proxy.next(&[fate]);
            let removed = store.remove(Table::Titles, "film", Expect::Version(7)).await;
            is_unavailable(removed, "somebody is there");
        }
        let version = others().await.version;
        proxy.next(&[Fate::AnswerIsLost, between.overtake("film")]);
        let removed = store.remove(Table::Titles, "film", Expect::Version(version)).await;
        is_unavailable(removed, "removed and written");
        // Where everything is heard, a conflict is one.
        let written = store.write(Write { expect: Expect::Absent, ..title("film", b"ours") }).await;
        assert_eq!(written, Err(StoreError::Conflict), "{kind:?}");
        let removed = store.remove(Table::Titles, "film", Expect::Version(version)).await;
        assert_eq!(removed, Err(StoreError::Conflict), "{kind:?}");
        proxy.next(&[Fate::IsLost]);
        let removed = store.remove(Table::Titles, "film", Expect::Absent).await;
        assert_eq!(removed, Err(StoreError::Conflict), "{kind:?}: nothing is ever changed by that");
        assert_eq!(others().await.bytes, b"of somebody else", "{kind:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_the_matter_it_is_said_in_time_and_it_passes() {
    const THROTTLED: &str = r#"{"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException","message":"slow down"}"#;
    const LIMITED: &str =
        r#"{"__type":"com.amazonaws.dynamodb.v20120810#RequestLimitExceeded","message":"too many"}"#;
    const INTERNAL: &str =
        r#"{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError","message":"sorry"}"#;
    const DENIED: &str = r#"{"__type":"com.amazon.coral.service#AccessDeniedException","Message":"not you"}"#;
    const INVALID: &str =
        r#"{"__type":"com.amazon.coral.validate#ValidationException","message":"no such key"}"#;
    const NO_TABLE: &str =
        r#"{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException","message":"no table"}"#;
    // What happens, how often it is asked at most for one question, and a word of what is said.
    let cases = [
        (Fate::IsLost, 4, ""),
        (Fate::Hangs, 4, "does not answer within"),
        (Fate::Waits(Duration::from_secs(3)), 4, "does not answer within"),
        (Fate::IsAnswered(400, THROTTLED), 4, "slow down"),
        (Fate::IsAnswered(400, LIMITED), 4, "too many"),
        (Fate::IsAnswered(429, "later"), 4, "429"),
        (Fate::IsAnswered(500, INTERNAL), 4, "sorry"),
        (Fate::IsAnswered(500, "<html>sorry</html>"), 4, "500"),
        (Fate::IsAnswered(503, ""), 4, "503"),
        (Fate::IsAnswered(400, DENIED), 1, "AccessDeniedException: not you"),
        (Fate::IsAnswered(400, INVALID), 1, "ValidationException: no such key"),
        (Fate::IsAnswered(400, NO_TABLE), 1, "ResourceNotFoundException: no table"),
        (Fate::IsAnswered(403, "<html>who are you?</html>"), 1, "403"),
        (Fate::IsAnswered(404, ""), 1, "404"),
        (Fate::IsAnswered(301, ""), 4, ""),
        (Fate::IsAnswered(200, "<html>welcome</html>"), 4, ""),
        (Fate::IsAnswered(200, "{\"Item\":"), 4, ""),
        (Fate::IsBabbledAt(b"\x00\xffSSH-2.0-nobody\r\n\r\n"), 4, ""),
        (Fate::IsBabbledAt(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{\"It"), 4, ""),
        (Fate::IsBabbledAt(b""), 4, ""),
    ];
    let between = Between::new(Kind::Dynalite, HURRIED);
    let Between { proxy, store, .. } = &between;
    for (number, (fate, most, word)) in cases.into_iter().enumerate() {
        for question in ["read", "write", "remove", "list", "ping"] {
            let case = format!("{number} {question}");
            proxy.then(fate.clone());
            let (before, begun) = (proxy.asked(), Instant::now());
            let answer = match question {
                "read" => store.read(Table::Titles, "film").await.map(drop),
                "write" => store.write(title("film", b"x")).await.map(drop),
                "remove" => store.remove(Table::Titles, "film", Expect::Anything).await,
                "list" => store.list(Table::Titles, None, 10).await.map(drop),
                _ => store.ping().await,
            };
            let took = begun.elapsed();
            let words = is_unavailable(answer, &case);
            assert!(words.contains(word) && !words.is_empty(), "{case}: {words}");
            assert!(took < HURRIED.whole + SLACK, "{case}: {took:?}");
            let asked = proxy.asked() - before;
            let questions = if question == "ping" { 2 } else { 1 };
            assert!((1..=most * questions).contains(&asked), "{case}: asked {asked} times");
        }
        proxy.then(Fate::Passes);
        assert_eq!(store.ping().await, Ok(()), "{number}: it is over");
    }
    store.write(title("film", b"x")).await.unwrap();
    assert_eq!(store.read(Table::Titles, "film").await.unwrap().unwrap().bytes, b"x");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_passes_soon_is_not_noticed() {
    let between = Between::new(Kind::Dynalite, CALM);
    let Between { proxy, store, .. } = &between;
    let busy = Fate::IsAnswered(400, r#"{"__type":"x#ThrottlingException","message":"slow down"}"#);
    for fates in [
        &[busy.clone(), busy.clone(), busy.clone()][..],
        &[Fate::IsLost, Fate::IsLost, Fate::IsLost],
        &[Fate::Hangs, Fate::IsAnswered(500, "")],
        &[Fate::IsBabbledAt(b"\x00\x00"), busy],
    ] {
        proxy.next(fates);
        let version = store.write(title("film", b"x")).await.unwrap();
        proxy.next(fates);
        assert_eq!(store.read(Table::Titles, "film").await.unwrap().unwrap().version, version);
        proxy.next(fates);
        assert_eq!(store.list(Table::Titles, None, 10).await.unwrap().len(), 1);
    }
    // A throttled writing was not done: what is in its way then is a conflict.
    proxy.next(&[Fate::IsAnswered(400, r#"{"__type":"x#ThrottlingException"}"#), between.overtake("film")]);
    let expect = Expect::Version(store.read(Table::Titles, "film").await.unwrap().unwrap().version);
    proxy.next(&[Fate::IsAnswered(400, r#"{"__type":"x#ThrottlingException"}"#), between.overtake("film")]);
    let written = store.write(Write { expect, ..title("film", b"ours") }).await;
    assert_eq!(written, Err(StoreError::Conflict));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_listens_and_then_somebody_does() {
    let emulator = Emulator::start(Kind::Dynalite);
    let table = table_name();
    emulator.make_table(&table);
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    // The time that is allowed when nothing is configured.
    let store = store(&format!("http://{address}"), &table, Patience::default());
    let begun = Instant::now();
    is_unavailable(store.ping().await, "nobody listens");
    is_unavailable(store.list(Table::Leases, None, 10).await, "nobody listens");
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    let proxy = Proxy::start_at(address, emulator.address);
    let version = store.write(title("film", b"x")).await.unwrap();
    proxy.then(Fate::Hangs);
    let begun = Instant::now();
    is_unavailable(store.read(Table::Titles, "film").await, "it hangs");
    let took = begun.elapsed();
    assert!((Duration::from_millis(1800)..Duration::from_secs(2) + SLACK).contains(&took), "{took:?}");
    proxy.then(Fate::Passes);
    assert_eq!(store.read(Table::Titles, "film").await.unwrap().unwrap().version, version);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_whole_however_many_pages_it_takes() {
    let between = Between::new(Kind::Dynalite, CALM);
    let store = &between.beside;
    // DynamoDB shows a megabyte at once.
    for number in 0..8 {
        store.write(title(&format!("part/{number}"), &vec![7; 300_000])).await.unwrap();
    }
    for (after, limit, expected) in [(None, 100, 8), (None, 5, 5), (Some("part/3"), 100, 4), (None, 3, 3)] {
        let listed = store.list(Table::Titles, after, limit).await.unwrap();
        assert_eq!(listed.len(), expected, "{after:?} {limit}");
        assert!(listed.iter().all(|(_, record)| record.bytes.len() == 300_000));
    }
    // What is in 256 partitions is one list all the same.
    let mut keys: Vec<_> = (0..400).map(|number| format!("account/{number}")).collect();
    for key in &keys {
        store.write(Write { table: Table::Leases, ..title(key, b"x") }).await.unwrap();
    }
    keys.sort();
    for page in [60, 1000] {
        let mut listed: Vec<String> = Vec::new();
        loop {
            let more = store.list(Table::Leases, listed.last().map(String::as_str), page).await.unwrap();
            assert!(more.len() <= page);
            if more.is_empty() {
                break;
            }
            listed.extend(more.into_iter().map(|(key, _)| key));
        }
        assert_eq!(listed, keys, "pages of {page}");
    }
    // An item of somebody else in the table is said, not guessed at.
    between.proxy.next(&[Fate::IsAnswered(
        200,
        r#"{"Items":[{"partition":{"S":"titles"},"key":{"S":"film"}}],"Count":1,"ScannedCount":1}"#,
    )]);
    let words = is_unavailable(between.store.list(Table::Titles, None, 10).await, "a foreign item");
    assert!(words.contains("`film`"), "{words}");
    between.proxy.next(&[Fate::IsAnswered(
        200,
        r#"{"Items":[],"Count":0,"LastEvaluatedKey":{"partition":{"S":"titles"},"key":{"S":"film"}}}"#,
    )]);
    is_unavailable(between.store.list(Table::Titles, None, 10).await, "a page of nothing");
}
