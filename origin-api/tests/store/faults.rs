//! The disk is full, the file goes away, the callers give up: the declared answer, and recovery without a restart.

use std::fs;
use std::task::Poll;
use std::time::{Duration, Instant};

use origin_api::store::embedded::{Embedded, Options};
use origin_api::store::{Store, StoreError, Table};

use crate::folder::{Folder, title};

fn open(folder: &Folder) -> Embedded {
    Embedded::open(folder.file("store"), Options::default()).unwrap()
}

/// Waits until a store reads and writes again.
async fn recovered(store: &Embedded) {
    let until = Instant::now() + Duration::from_secs(20);
    while let Err(error) = store.ping().await {
        assert!(Instant::now() < until, "{error}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn why<T: std::fmt::Debug>(answer: Result<T, StoreError>) -> String {
    match answer {
        Err(StoreError::Unavailable(why)) => why,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_file_that_is_gone_takes_no_writing_and_is_taken_up_again_when_it_is_back() {
    let folder = Folder::new();
    let store = open(&folder);
    let version = store.write(title("one", b"x")).await.unwrap();
    fs::rename(folder.file("store"), folder.file("elsewhere")).unwrap();
    for _ in 0..3 {
        for answer in [
            store.write(title("two", b"x")).await.map(drop),
            store.read(Table::Titles, "one").await.map(drop),
            store.ping().await,
        ] {
            let why = why(answer);
            assert!(why.contains("put it back"), "{why}");
        }
    }
    assert_eq!(folder.names(), ["elsewhere"], "a new one was made");
    fs::rename(folder.file("elsewhere"), folder.file("store")).unwrap();
    recovered(&store).await;
    assert_eq!(store.read(Table::Titles, "one").await.unwrap().map(|record| record.version), Some(version));
    assert!(store.write(title("one", b"y")).await.unwrap() > version);
}

#[tokio::test]
async fn another_file_in_its_place_is_noticed() {
    // What is put in its place, and what the answer has to speak of.
    let cases: [(&[u8], &str); 2] = [(b"Dear diary,\n", "not a file of this store"), (b"", "is empty")];
    for (bytes, said) in cases {
        let folder = Folder::new();
        let store = open(&folder);
        store.write(title("one", b"x")).await.unwrap();
        fs::rename(folder.file("store"), folder.file("elsewhere")).unwrap();
        fs::write(folder.file("store"), bytes).unwrap();
        why(store.write(title("two", b"x")).await);
        let until = Instant::now() + Duration::from_secs(20);
        loop {
            let why = why(store.read(Table::Titles, "one").await);
            if why.contains(said) {
                break;
            }
            assert!(Instant::now() < until, "{why}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(fs::read(folder.file("store")).unwrap(), bytes);
        fs::rename(folder.file("elsewhere"), folder.file("store")).unwrap();
        recovered(&store).await;
        assert!(store.read(Table::Titles, "one").await.unwrap().is_some());
    }
}

#[tokio::test]
async fn an_older_copy_in_its_place_is_taken_up_and_versions_go_on() {
    let folder = Folder::new();
    let store = open(&folder);
    store.write(title("one", b"old")).await.unwrap();
    store.close().await.unwrap();
    fs::copy(folder.file("store"), folder.file("backup")).unwrap();
    let store = open(&folder);
    let version = store.write(title("one", b"new")).await.unwrap();
    fs::rename(folder.file("backup"), folder.file("store")).unwrap();
    why(store.write(title("one", b"newer")).await);
    recovered(&store).await;
    let record = store.read(Table::Titles, "one").await.unwrap().unwrap();
    assert_eq!(record.bytes, b"old");
    assert!(store.write(title("one", b"x")).await.unwrap() > version);
}

#[tokio::test]
async fn a_file_that_another_process_took_meanwhile_is_left_to_it() {
    let folder = Folder::new();
    let store = open(&folder);
    store.write(title("one", b"x")).await.unwrap();
    fs::rename(folder.file("store"), folder.file("elsewhere")).unwrap();
    why(store.write(title("one", b"y")).await);
    fs::rename(folder.file("elsewhere"), folder.file("store")).unwrap();
    // As if another one had been started in the pause: it may also come too late, and is refused.
    if let Ok(other) = Embedded::open(folder.file("store"), Options::default()) {
        tokio::time::sleep(Duration::from_millis(600)).await;
        let why = why(store.ping().await);
        assert!(why.contains("in use by another process"), "{why}");
        other.write(title("two", b"y")).await.unwrap();
        other.close().await.unwrap();
    }
    recovered(&store).await;
    assert!(store.read(Table::Titles, "one").await.unwrap().is_some());
}

#[tokio::test]
async fn a_caller_that_gives_up_leaves_the_others_alone() {
    let folder = Folder::new();
    let store = open(&folder);
    let mut given_up = 0;
    for _ in 0..100 {
        let mut writing = Box::pin(store.write(title("given up", b"x")));
        let asked = std::future::poll_fn(|context| Poll::Ready(writing.as_mut().poll(context))).await;
        // Where this thread had to wait for the processor, the writing may be done already.
        given_up += usize::from(asked.is_pending());
        drop(writing);
        store.write(title("waited for", b"x")).await.unwrap();
    }
    assert!(given_up > 0, "a hundred writings took no time");
    // It was accepted, so it is done.
    assert!(store.read(Table::Titles, "given up").await.unwrap().is_some());
}

/// A limit on the size of the files of a process does what a full disk does, and needs nobody's permission.
#[cfg(target_os = "linux")]
mod a_full_disk {
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn stops_writings_alone_and_only_as_long_as_it_is_full() {
        let folder = Folder::new();
        let exe = std::env::current_exe().unwrap();
        let mut child = Command::new("sh")
            .args(["-c", r#"trap "" XFSZ; ulimit -S -f 4096; exec "$0" "$@""#])
            .arg(exe)
            .args(["--exact", "faults::a_full_disk::fills_it", "--ignored", "--nocapture", "--quiet"])
            .env("STORE_FILE", folder.file("store"))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = Vec::new();
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            if line == "still full" {
                let limit = format!("--pid={}", child.id());
                let lifted = Command::new("prlimit").args([&limit, "--fsize=unlimited"]).status().unwrap();
                assert!(lifted.success(), "{lifted}");
            }
            said.push(line);
        }
        assert!(child.wait().unwrap().success(), "{said:?}");
        let stages: Vec<_> = said
            .iter()
            .map(String::as_str)
            .filter(|line| ["full", "readable", "still full", "recovered", "whole"].contains(line))
            .collect();
        assert_eq!(stages, ["full", "readable", "still full", "recovered", "whole"], "{said:?}");
    }

    /// The process with the limit. It says where it is.
    #[tokio::test]
    #[ignore = "it is started, with a limit, by the test above"]
    async fn fills_it() {
        let Some(path) = std::env::var_os("STORE_FILE") else { return };
        let store = Embedded::open(path, Options::default()).unwrap();
        let bytes = vec![7; 20_000];
        let large = vec![7; 300_000];
        let mut acknowledged = Vec::new();
        let error = loop {
            let key = format!("{:05}", acknowledged.len());
            match store.write(title(&key, &bytes)).await {
                Ok(version) => acknowledged.push((key, version)),
                Err(error) => break error,
            }
            assert!(acknowledged.len() < 10_000, "the limit does not work");
        };
        let why = why::<()>(Err(error));
        assert!(why.contains("there is no room"), "{why}");
        assert!(acknowledged.len() > 10, "{} were written", acknowledged.len());
        println!("full");

        let until = Instant::now() + Duration::from_secs(20);
        while store.read(Table::Titles, "00000").await.is_err() {
            assert!(Instant::now() < until, "it is not readable");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        check(&store, &acknowledged).await;
        println!("readable");

        let until = Instant::now() + Duration::from_secs(2);
        while Instant::now() < until {
            let written = store.write(title("large", &large)).await;
            assert!(matches!(written, Err(StoreError::Unavailable(_))), "{written:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        println!("still full");

        recovered(&store).await;
        while let Err(error) = store.write(title("large", &large)).await {
            assert!(matches!(error, StoreError::Unavailable(_)), "{error}");
            recovered(&store).await;
        }
        println!("recovered");

        for number in 0..200 {
            let key = format!("later {number}");
            let version = store.write(title(&key, &bytes)).await.unwrap();
            assert!(acknowledged.iter().all(|(_, earlier)| *earlier < version));
            acknowledged.push((key, version));
        }
        check(&store, &acknowledged).await;
        println!("whole");
    }

    async fn check(store: &Embedded, acknowledged: &[(String, u64)]) {
        for (key, version) in acknowledged {
            let record = store.read(Table::Titles, key).await.unwrap();
            assert_eq!(record.map(|record| record.version), Some(*version), "{key}");
        }
    }
}
