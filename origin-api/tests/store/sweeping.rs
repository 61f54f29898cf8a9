//! What expired goes, and nothing else.

use origin_api::store::embedded::{Embedded, Options};
use origin_api::store::{Expect, Store, Table, Write};

use crate::folder::{Folder, title};

const NOW: u64 = 1_800_000_000;

fn open(folder: &Folder) -> Embedded {
    Embedded::open(folder.file("store"), Options::default()).unwrap()
}

async fn keys(store: &Embedded, table: Table) -> Vec<String> {
    store.list(table, None, 10_000).await.unwrap().into_iter().map(|(key, _)| key).collect()
}

#[tokio::test]
async fn what_is_due_goes_and_what_is_not_stays() {
    let cases = [
        (None, true),
        (Some(0), false),
        (Some(NOW - 1), false),
        (Some(NOW), false),
        (Some(NOW + 1), true),
        (Some(u64::MAX), true),
    ];
    for table in Table::ALL {
        for (expires, stays) in cases {
            let folder = Folder::new();
            let store = open(&folder);
            store.write(Write { table, expires, ..title("one", b"x") }).await.unwrap();
            assert_eq!(store.sweep(NOW, 10).await, Ok(usize::from(!stays)), "{} {expires:?}", table.name());
            let there = store.read(table, "one").await.unwrap().is_some();
            assert_eq!(there, stays, "{} {expires:?}", table.name());
        }
    }
}

#[tokio::test]
async fn only_the_last_writing_says_when() {
    // The expiries of the writings of one key, and whether it is still there at NOW.
    let cases: [(&[Option<u64>], bool); 7] = [
        (&[Some(1), Some(NOW + 1)], true),
        (&[Some(1), None], true),
        (&[Some(1), Some(2), Some(NOW + 1)], true),
        (&[Some(NOW + 1), Some(1)], false),
        (&[None, Some(1)], false),
        (&[Some(1), Some(1)], false),
        (&[Some(NOW + 1), Some(1), Some(NOW + 1)], true),
    ];
    for (writings, stays) in cases {
        let folder = Folder::new();
        let store = open(&folder);
        for expires in writings {
            store.write(Write { expires: *expires, ..title("one", b"x") }).await.unwrap();
        }
        store.sweep(NOW, 10).await.unwrap();
        assert_eq!(store.read(Table::Titles, "one").await.unwrap().is_some(), stays, "{writings:?}");
        assert_eq!(store.sweep(NOW, 10).await, Ok(0), "{writings:?}");
    }
}

#[tokio::test]
async fn a_removed_record_leaves_nothing_that_would_drop_a_later_one() {
    let folder = Folder::new();
    let store = open(&folder);
    store.write(Write { expires: Some(1), ..title("one", b"x") }).await.unwrap();
    store.remove(Table::Titles, "one", Expect::Anything).await.unwrap();
    store.write(title("one", b"y")).await.unwrap();
    assert_eq!(store.sweep(NOW, 10).await, Ok(0));
    assert_eq!(keys(&store, Table::Titles).await, ["one"]);
}

#[tokio::test]
async fn every_step_of_a_sweep_counts() {
    let folder = Folder::new();
    let store = open(&folder);
    // Renewed, removed and made to last: none of them is in the way of those that are due.
    for expires in 1..20 {
        store.write(Write { expires: Some(expires), ..title("renewed", b"x") }).await.unwrap();
        store.write(Write { expires: Some(expires), ..title("lasting", b"x") }).await.unwrap();
        store.write(Write { expires: Some(expires), ..title("removed", b"x") }).await.unwrap();
        store.remove(Table::Titles, "removed", Expect::Anything).await.unwrap();
    }
    store.write(title("lasting", b"x")).await.unwrap();
    store.write(Write { expires: Some(30), ..title("other", b"x") }).await.unwrap();
    assert_eq!(store.sweep(NOW, 1).await, Ok(1));
    assert_eq!(keys(&store, Table::Titles).await, ["lasting", "other"]);
    assert_eq!(store.sweep(NOW, 1).await, Ok(1));
    assert_eq!(keys(&store, Table::Titles).await, ["lasting"]);
}

#[tokio::test]
async fn the_oldest_go_first_and_never_more_than_asked_for() {
    let folder = Folder::new();
    let store = open(&folder);
    for number in 0..10_u64 {
        let table = if number % 2 == 0 { Table::Leases } else { Table::Revocations };
        let key = format!("{number}");
        store.write(Write { table, expires: Some(100 - number), ..title(&key, b"x") }).await.unwrap();
    }
    assert_eq!(store.sweep(NOW, 0).await, Ok(0));
    assert_eq!(store.sweep(NOW, 3).await, Ok(3));
    assert_eq!(keys(&store, Table::Leases).await, ["0", "2", "4", "6"]);
    assert_eq!(keys(&store, Table::Revocations).await, ["1", "3", "5"]);
    assert_eq!(store.sweep(NOW, 100).await, Ok(7));
    assert_eq!(keys(&store, Table::Leases).await, Vec::<String>::new());
    assert_eq!(store.sweep(NOW, 100).await, Ok(0));
}

#[tokio::test]
async fn a_sweep_is_bounded_and_what_is_due_outlives_a_restart() {
    let folder = Folder::new();
    let store = open(&folder);
    let keys: Vec<_> = (0..1_200).map(|number| format!("{number}")).collect();
    let write = |key| store.write(Write { table: Table::Leases, expires: Some(1), ..title(key, b"x") });
    let mut last = 0;
    for (written, key) in futures(keys.iter().map(|key| write(key))).await.into_iter().zip(&keys) {
        last = last.max(written.unwrap_or_else(|error| panic!("{key}: {error}")));
    }
    store.close().await.unwrap();
    let store = open(&folder);
    assert_eq!(store.sweep(NOW, usize::MAX).await, Ok(1000));
    assert_eq!(store.sweep(NOW, usize::MAX).await, Ok(200));
    assert!(store.write(title("one", b"x")).await.unwrap() > last);
}

/// All answers, asked for at once.
async fn futures<T>(futures: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut futures: Vec<_> = futures.map(Box::pin).collect();
    let mut answers: Vec<Option<T>> = futures.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        for (future, answer) in futures.iter_mut().zip(&mut answers) {
            if answer.is_none()
                && let std::task::Poll::Ready(ready) = future.as_mut().poll(context)
            {
                *answer = Some(ready);
            }
        }
        if answers.iter().all(Option::is_some) {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
    answers.into_iter().flatten().collect()
}
