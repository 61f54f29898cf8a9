//! Files that something else changed: they are refused in words, or have everything that was acknowledged. Never a panic.

use std::fs::{self, OpenOptions};
use std::io::{Seek, SeekFrom, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use origin_api::store::embedded::{Embedded, OpenError, Options};
use origin_api::store::{Record, Store, StoreError, Table};

use crate::folder::{Folder, title};

type Records = Vec<(String, Record)>;

/// What became of a damaged file.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Refused,
    Whole,
    Lacking(usize),
}

#[tokio::test]
async fn a_file_that_was_closed_is_refused_or_whole() {
    let folder = Folder::new();
    let files = Files::new(&folder).await;
    let path = folder.file("damaged");
    assert_eq!(outcome(&path, &files.closed, &files.records).await, Outcome::Whole);
    let mut refused = 0;
    for at in flips(files.closed.len()) {
        match outcome(&path, &flipped(&files.closed, at), &files.records).await {
            Outcome::Refused => refused += 1,
            Outcome::Whole => {}
            Outcome::Lacking(records) => panic!("byte {at} flipped: {records} are missing"),
        }
    }
    assert!(refused > 50, "{refused} were refused");
}

#[tokio::test]
async fn a_file_that_was_killed_is_refused_or_lacks_the_last_commit_at_most() {
    let folder = Folder::new();
    let files = Files::new(&folder).await;
    let path = folder.file("damaged");
    assert_eq!(outcome(&path, &files.killed, &files.records).await, Outcome::Whole);
    let mut refused = 0;
    for at in flips(files.killed.len()) {
        match outcome(&path, &flipped(&files.killed, at), &files.records).await {
            Outcome::Refused => refused += 1,
            // Damage to the last commit looks like a commit that the kill cut off. Each was of one record here.
            Outcome::Whole | Outcome::Lacking(1) => {}
            Outcome::Lacking(records) => panic!("byte {at} flipped: {records} are missing"),
        }
    }
    assert!(refused > 50, "{refused} were refused");
}

#[tokio::test]
async fn a_file_that_was_cut_is_refused() {
    let folder = Folder::new();
    let files = Files::new(&folder).await;
    let path = folder.file("damaged");
    for bytes in [&files.closed, &files.killed] {
        for length in (0..bytes.len()).step_by(bytes.len() / 97).chain([1, 9, 10, 319, 320, bytes.len() - 1])
        {
            let (kept, _) = bytes.split_at(length);
            assert_eq!(outcome(&path, kept, &files.records).await, Outcome::Refused, "cut to {length}");
        }
    }
}

#[tokio::test]
async fn damage_under_an_open_store_is_said_in_words_until_it_is_mended() {
    let folder = Folder::new();
    let path = folder.file("store");
    let files = Files::new(&folder).await;
    // Without a cache, so that it reads what is in the file.
    let store = Embedded::open(&path, Options { cache: 0, ..Options::default() }).unwrap();
    let sound = fs::read(&path).unwrap();
    let mut file = OpenOptions::new().write(true).open(&path).unwrap();
    file.seek(SeekFrom::Start(4096)).unwrap();
    file.write_all(&vec![0xFF; sound.len() - 4096]).unwrap();
    for _ in 0..3 {
        let answers = [
            store.read(Table::Titles, "film/1").await.map(drop),
            store.list(Table::Titles, None, 1000).await.map(drop),
            store.write(title("film/1", b"x")).await.map(drop),
            store.sweep(1, 1).await.map(drop),
            store.ping().await,
        ];
        for answer in answers {
            let Err(StoreError::Unavailable(why)) = answer else { panic!("{answer:?}") };
            assert!(why.contains("is damaged"), "{why}");
        }
    }
    // In one step: the store may try it at any moment.
    fs::write(folder.file("backup"), &sound).unwrap();
    fs::rename(folder.file("backup"), &path).unwrap();
    let until = Instant::now() + Duration::from_secs(20);
    while store.ping().await.is_err() {
        assert!(Instant::now() < until, "{:?}", store.ping().await);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(store.list(Table::Titles, None, 1000).await, Ok(files.records));
}

/// Every byte of what is at the beginning of a file, and some of each page behind it.
fn flips(length: usize) -> impl Iterator<Item = usize> {
    (0..512).chain((512..length).step_by(4099))
}

fn flipped(bytes: &[u8], at: usize) -> Vec<u8> {
    let mut flipped = bytes.to_vec();
    flipped[at] ^= 1 << (at % 8);
    flipped
}

async fn outcome(path: &Path, bytes: &[u8], records: &Records) -> Outcome {
    fs::write(path, bytes).unwrap();
    let store = match Embedded::open(path, Options::default()) {
        Ok(store) => store,
        Err(
            OpenError::Damaged(..)
            | OpenError::OtherKind(_)
            | OpenError::OtherLayout(..)
            | OpenError::Empty(_),
        ) => return Outcome::Refused,
        Err(error) => panic!("{error}"),
    };
    let found = store.list(Table::Titles, None, usize::MAX).await.unwrap();
    store.write(title("one more", b"x")).await.unwrap();
    match records.iter().filter(|record| !found.contains(record)).count() {
        0 => Outcome::Whole,
        lacking => Outcome::Lacking(lacking),
    }
}

/// The same records in a file that was closed in order, and in one as a kill leaves it.
struct Files {
    closed: Vec<u8>,
    killed: Vec<u8>,
    records: Records,
}

impl Files {
    /// Made in `store`, which is the one that was closed.
    async fn new(folder: &Folder) -> Self {
        let path = folder.file("store");
        let store = Embedded::open(&path, Options::default()).unwrap();
        for number in 0..300_usize {
            let bytes = vec![u8::try_from(number % 256).unwrap(); number * 37 % 3000];
            store.write(title(&format!("film/{}", number % 200), &bytes)).await.unwrap();
        }
        let records = store.list(Table::Titles, None, usize::MAX).await.unwrap();
        let killed = fs::read(&path).unwrap();
        store.close().await.unwrap();
        Self { closed: fs::read(&path).unwrap(), killed, records }
    }
}
