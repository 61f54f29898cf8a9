//! What can be the matter with a file, in words that say what to do; and what opening and closing promise.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use origin_api::store::embedded::{Embedded, OpenError, Options};
use origin_api::store::{Expect, LARGEST_RECORD, LONGEST_KEY, Store, StoreError, Table, Write};

use crate::folder::{Folder, title};

fn open(folder: &Folder) -> Result<Embedded, OpenError> {
    Embedded::open(folder.file("store"), Options::default())
}

#[tokio::test]
async fn a_missing_file_is_made_and_nothing_beside_it_is_left() {
    let folder = Folder::new();
    let store = open(&folder).unwrap();
    assert_eq!(folder.names(), ["store"]);
    store.write(title("one", b"x")).await.unwrap();
    drop(store);
    assert_eq!(folder.names(), ["store"]);
}

#[cfg(unix)]
#[test]
fn a_new_file_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let store = open(&folder).unwrap();
    let mode = fs::metadata(folder.file("store")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    drop(store);
}

#[test]
fn an_empty_file_was_a_store_once_and_is_not_taken_for_a_new_one() {
    let folder = Folder::new();
    fs::write(folder.file("store"), "").unwrap();
    let error = open(&folder).unwrap_err();
    assert!(matches!(error, OpenError::Empty(_)), "{error}");
    assert!(error.to_string().contains("remove it to begin anew"), "{error}");
    assert_eq!(fs::read(folder.file("store")).unwrap(), b"");
}

#[tokio::test]
async fn what_a_kill_left_while_a_file_was_made_is_in_nobodys_way() {
    let folder = Folder::new();
    fs::write(folder.file("store.new0"), "half a file").unwrap();
    let store = open(&folder).unwrap();
    assert_eq!(store.write(title("one", b"x")).await, Ok(1));
    assert_eq!(folder.names(), ["store", "store.new0"]);
    assert_eq!(fs::read_to_string(folder.file("store.new0")).unwrap(), "half a file");
}

#[test]
fn what_is_no_store_is_refused_in_words_and_left_as_it_is() {
    let cases: [(&str, &[u8]); 6] = [
        ("text", b"Dear diary,\n"),
        ("one byte", b"\0"),
        ("zeros", &[0; 8192]),
        ("an SQLite file", b"SQLite format 3\0\x10\0\x01\x01\0\x40\x20\x20"),
        ("the beginning of one", b"redb\x1a"),
        ("half of its first line", b"redb\x1a\x0a\xa9\x0d"),
    ];
    for (name, bytes) in cases {
        let folder = Folder::new();
        fs::write(folder.file("store"), bytes).unwrap();
        let error = open(&folder).unwrap_err();
        assert!(matches!(error, OpenError::OtherKind(_)), "{name}: {error}");
        assert!(error.to_string().contains("give another path"), "{name}: {error}");
        assert_eq!(fs::read(folder.file("store")).unwrap(), bytes, "{name}");
    }
}

#[test]
fn a_database_of_another_program_is_refused_in_words() {
    const THEIRS: redb::TableDefinition<'_, &str, u64> = redb::TableDefinition::new("theirs");
    const FILE: redb::TableDefinition<'_, &str, u64> = redb::TableDefinition::new("file");
    const FILE_OF_BYTES: redb::TableDefinition<'_, &str, &[u8]> = redb::TableDefinition::new("file");
    let refusal = |fill: &dyn Fn(&redb::WriteTransaction)| {
        let folder = Folder::new();
        let database = redb::Database::create(folder.file("store")).unwrap();
        let transaction = database.begin_write().unwrap();
        fill(&transaction);
        transaction.commit().unwrap();
        drop(database);
        open(&folder).unwrap_err()
    };
    let without_tables = refusal(&|_| {});
    assert!(matches!(without_tables, OpenError::OtherKind(_)), "{without_tables}");
    let another = refusal(&|transaction| {
        transaction.open_table(THEIRS).unwrap().insert("a", 1).unwrap();
    });
    assert!(matches!(another, OpenError::OtherKind(_)), "{another}");
    let same_name = refusal(&|transaction| {
        transaction.open_table(FILE).unwrap().insert("a", 1).unwrap();
    });
    assert!(matches!(same_name, OpenError::OtherKind(_)), "{same_name}");
    let other_type = refusal(&|transaction| {
        transaction.open_table(FILE_OF_BYTES).unwrap().insert("layout", b"1".as_slice()).unwrap();
    });
    assert!(matches!(other_type, OpenError::OtherKind(_)), "{other_type}");
    let later = refusal(&|transaction| {
        transaction.open_table(FILE).unwrap().insert("layout", 2).unwrap();
    });
    assert!(matches!(later, OpenError::OtherLayout(_, 2)), "{later}");
    assert!(later.to_string().contains("use the release that wrote it"), "{later}");
}

#[test]
fn a_place_that_cannot_be_is_refused_in_words() {
    let folder = Folder::new();
    fs::write(folder.file("file"), "x").unwrap();
    let path = |name: &str| folder.file(name).display().to_string();
    let cases = [
        ("none/store", OpenError::NoFolder(path("none/store")), "make it first"),
        ("file/store", OpenError::NoFolder(path("file/store")), "make it first"),
        (".", OpenError::Folder(path(".")), "the path of a file in it"),
    ];
    for (name, expected, advice) in cases {
        let error = Embedded::open(folder.file(name), Options::default()).unwrap_err();
        assert_eq!(error, expected, "{name}");
        assert!(error.to_string().contains(advice), "{error}");
        assert!(error.to_string().contains(&path(name)), "{error}");
    }
    assert_eq!(folder.names(), ["file"]);
}

#[tokio::test]
async fn a_second_opening_is_refused_and_the_first_goes_on() {
    let folder = Folder::new();
    let store = open(&folder).unwrap();
    for _ in 0..3 {
        let error = open(&folder).unwrap_err();
        assert!(matches!(error, OpenError::InUse(_)), "{error}");
        assert!(error.to_string().contains("stop that one"), "{error}");
        store.write(title("one", b"x")).await.unwrap();
    }
    store.close().await.unwrap();
    assert!(open(&folder).is_ok());
}

#[tokio::test]
async fn versions_go_on_after_a_restart() {
    let folder = Folder::new();
    let mut last = 0;
    for round in 0..10 {
        let store = open(&folder).unwrap();
        let version = store.write(title("one", b"x")).await.unwrap();
        assert!(version > last, "round {round}: {version} after {last}");
        last = version;
        store.remove(Table::Titles, "one", Expect::Version(version)).await.unwrap();
    }
}

#[tokio::test]
async fn what_was_accepted_before_it_was_closed_is_written() {
    for by_dropping in [false, true] {
        let folder = Folder::new();
        let store = Arc::new(open(&folder).unwrap());
        let keys: Vec<_> = (0..100).map(|number| format!("{number:02}")).collect();
        let mut writing: Vec<_> = keys.iter().map(|key| Box::pin(store.write(title(key, b"x")))).collect();
        // Asked for, not waited for.
        std::future::poll_fn(|context| {
            for future in &mut writing {
                let _ = future.as_mut().poll(context);
            }
            std::task::Poll::Ready(())
        })
        .await;
        drop(writing);
        if by_dropping {
            drop(Arc::into_inner(store));
        } else {
            store.close().await.unwrap();
            drop(store);
        }
        let listed = open(&folder).unwrap().list(Table::Titles, None, 1000).await.unwrap();
        let listed: Vec<_> = listed.into_iter().map(|(key, _)| key).collect();
        assert_eq!(listed, keys, "by dropping: {by_dropping}");
    }
}

#[tokio::test]
async fn a_closed_store_answers_in_words() {
    let folder = Folder::new();
    let store = open(&folder).unwrap();
    store.write(title("one", b"x")).await.unwrap();
    for _ in 0..2 {
        assert_eq!(store.close().await, Ok(()));
        let closed = Err(StoreError::Unavailable("it was closed".to_owned()));
        assert_eq!(store.read(Table::Titles, "one").await.map(drop), closed);
        assert_eq!(store.list(Table::Titles, None, 1).await.map(drop), closed);
        assert_eq!(store.write(title("one", b"x")).await.map(drop), closed);
        assert_eq!(store.remove(Table::Titles, "one", Expect::Anything).await, closed);
        assert_eq!(store.sweep(1, 1).await.map(drop), closed);
        assert_eq!(store.ping().await, closed);
    }
}

#[tokio::test]
async fn a_full_queue_refuses_and_what_it_took_is_written() {
    let folder = Folder::new();
    // Room for one record of the largest size, which is what there is at least.
    let store = Embedded::open(folder.file("store"), Options { queue: 1, ..Options::default() }).unwrap();
    store.write(title(&"k".repeat(LONGEST_KEY), &vec![0; LARGEST_RECORD])).await.unwrap();
    store.remove(Table::Titles, &"k".repeat(LONGEST_KEY), Expect::Anything).await.unwrap();
    let bytes = vec![0; LARGEST_RECORD];
    let keys: Vec<_> = (0..100).map(|number| format!("{number:02}")).collect();
    let mut writing: Vec<_> = keys
        .iter()
        .map(|key| Box::pin(store.write(Write { expect: Expect::Absent, ..title(key, &bytes) })))
        .collect();
    // The writer does not empty the queue so fast that all of a hundred fit.
    let mut answers = Vec::new();
    for future in &mut writing {
        let mut answer = None;
        std::future::poll_fn(|context| {
            if let std::task::Poll::Ready(ready) = future.as_mut().poll(context) {
                answer = Some(ready);
            }
            std::task::Poll::Ready(())
        })
        .await;
        answers.push(answer);
    }
    let mut refused = 0;
    for (future, answer) in writing.into_iter().zip(answers) {
        match match answer {
            Some(answer) => answer,
            None => future.await,
        } {
            Ok(_) => {}
            Err(StoreError::Unavailable(why)) => {
                assert!(why.contains("try again"), "{why}");
                refused += 1;
            }
            Err(error) => panic!("{error}"),
        }
    }
    assert!(refused > 0, "a queue for one record took a hundred");
    assert_eq!(store.list(Table::Titles, None, 1000).await.unwrap().len(), 100 - refused);
    // There is room again, as soon as the writer has let go of what it answered.
    let mut again = store.write(title("again", &bytes)).await;
    for _ in 0..500 {
        if again.is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
        again = store.write(title("again", &bytes)).await;
    }
    assert!(again.is_ok(), "{again:?}");
}
