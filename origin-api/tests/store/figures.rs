//! Figures, when they are asked for: `cargo test --release -p origin-api --test store figures -- --ignored --nocapture`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use origin_api::store::embedded::{Embedded, Options};
use origin_api::store::{Store, Table};
use tokio::task::JoinSet;

use crate::folder::{Folder, title};

const RECORD: [u8; 400] = [7; 400];

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it measures, and takes ten seconds"]
async fn writings_a_second() {
    for writers in [1, 32, 256] {
        let folder = Folder::new();
        let store = Arc::new(Embedded::open(folder.file("store"), Options::default()).unwrap());
        let until = Instant::now() + Duration::from_secs(3);
        let begun = Instant::now();
        let mut tasks = JoinSet::new();
        for writer in 0..writers {
            let store = Arc::clone(&store);
            tasks.spawn(async move {
                let mut times = Vec::new();
                while Instant::now() < until {
                    let key = format!("{writer}/{}", times.len() % 1000);
                    let begun = Instant::now();
                    store.write(title(&key, &RECORD)).await.unwrap();
                    times.push(begun.elapsed());
                }
                times
            });
        }
        let mut times: Vec<_> = tasks.join_all().await.into_iter().flatten().collect();
        let seconds = begun.elapsed().as_secs_f64();
        times.sort();
        assert!(times.len() > 100, "{} writings in {seconds} s", times.len());
        let part = |of_a_hundred: usize| times[times.len() * of_a_hundred / 100];
        #[expect(clippy::cast_precision_loss, reason = "a figure to read")]
        let rate = times.len() as f64 / seconds;
        println!("{writers:3} writers: {rate:.0} writings/s, p50 {:?}, p99 {:?}", part(50), part(99));
        println!("    {} bytes in the file", std::fs::metadata(folder.file("store")).unwrap().len());
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it measures, and takes three seconds"]
async fn readings_while_others_write() {
    let folder = Folder::new();
    let store = Arc::new(Embedded::open(folder.file("store"), Options::default()).unwrap());
    for number in 0..32 {
        store.write(title(&format!("{number}/0"), &RECORD)).await.unwrap();
    }
    let mut writers = JoinSet::new();
    for writer in 0..32 {
        let store = Arc::clone(&store);
        writers.spawn(async move {
            for count in 0_u64.. {
                store.write(title(&format!("{writer}/{}", count % 1000), &RECORD)).await.unwrap();
            }
        });
    }
    let until = Instant::now() + Duration::from_secs(3);
    let mut times = Vec::new();
    while Instant::now() < until {
        let begun = Instant::now();
        assert!(store.read(Table::Titles, &format!("{}/0", times.len() % 32)).await.unwrap().is_some());
        times.push(begun.elapsed());
        tokio::task::yield_now().await;
    }
    writers.abort_all();
    times.sort();
    let part = |of_a_thousand: usize| times[(times.len() - 1) * of_a_thousand / 1000];
    println!(
        "{} readings among 32 writers: p50 {:?}, p99 {:?}, p99.9 {:?}, longest {:?}",
        times.len(),
        part(500),
        part(990),
        part(999),
        part(1000)
    );
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it measures, and takes ten seconds"]
async fn opening_after_a_kill() {
    let folder = Folder::new();
    let store = Arc::new(Embedded::open(folder.file("store"), Options::default()).unwrap());
    let begun = Instant::now();
    for thousand in 0..100 {
        let mut tasks = JoinSet::new();
        for number in 0..1000 {
            let store = Arc::clone(&store);
            tasks.spawn(async move {
                store.write(title(&format!("{thousand}/{number}"), &RECORD)).await.unwrap();
            });
        }
        tasks.join_all().await;
    }
    println!("100,000 writings in {:?}", begun.elapsed());
    // What a kill leaves is what is in the file while it is open.
    std::fs::copy(folder.file("store"), folder.file("killed")).unwrap();
    println!("{} bytes", std::fs::metadata(folder.file("killed")).unwrap().len());
    store.close().await.unwrap();
    for name in ["killed", "store"] {
        let begun = Instant::now();
        let store = Embedded::open(folder.file(name), Options::default()).unwrap();
        println!("`{name}` opened in {:?}", begun.elapsed());
        assert!(store.write(title("next", &RECORD)).await.unwrap() > 100_000);
    }
}
