//! The store in `DynamoDB`, held against two emulators that know nothing of each other.

mod emulator;
mod faults;
mod proxy;
mod template;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::config::Credentials;
use origin_api::store::dynamo::{Dynamo, DynamoOptions, Patience};

use self::emulator::{Emulator, Kind, REGION};

/// An emulator takes one question after the other, and here hundreds at once are asked: whoever waits is not lost.
const UNHURRIED: Patience = Patience { whole: Duration::from_mins(1), attempt: Duration::from_mins(1) };

/// A store in a new table of an emulator.
fn store(endpoint: &str, table: &str, patience: Patience) -> Arc<Dynamo> {
    let credentials = Credentials::new("test", "test", None, None, "the tests");
    Arc::new(Dynamo::new(DynamoOptions {
        region: REGION.to_owned(),
        table: table.to_owned(),
        endpoint: Some(endpoint.to_owned()),
        credentials: Some(credentials),
        patience,
    }))
}

/// A name that no other test of this run uses.
fn table_name() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("playgate-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// The suite on one of them, with a table for each case in one process for all.
macro_rules! on {
    ($name:ident, $kind:expr, races: $races:expr, counting: $counting:expr) => {
        mod $name {
            use super::*;

            static EMULATOR: std::sync::LazyLock<Emulator> =
                std::sync::LazyLock::new(|| Emulator::start($kind));

            async fn fresh() -> (Arc<Dynamo>, ()) {
                let table = table_name();
                EMULATOR.make_table(&table);
                (store(&EMULATOR.endpoint(), &table, UNHURRIED), ())
            }

            crate::suite::cases!(fresh, races: $races, counting: $counting);
        }
    };
}

on!(dynalite, Kind::Dynalite, races: 1, counting: 30);
on!(moto, Kind::Moto, races: 1, counting: 12);

/// As many as fit into a minute; `PLAYGATE_RACES` says another number of rounds, whatever time they take.
#[tokio::test(flavor = "multi_thread")]
async fn races_for_a_minute() {
    let rounds: Option<usize> = std::env::var("PLAYGATE_RACES").ok().map(|rounds| rounds.parse().unwrap());
    let emulator = Emulator::start(Kind::Dynalite);
    let table = table_name();
    emulator.make_table(&table);
    let store = store(&emulator.endpoint(), &table, UNHURRIED);
    let begun = Instant::now();
    let mut round = 0;
    while rounds.map_or(begun.elapsed() < Duration::from_mins(1), |rounds| round < rounds) {
        crate::suite::a_race(&store, round).await;
        round += 1;
    }
    assert!(round > 3, "only {round} rounds in {:?}", begun.elapsed());
    println!("200 raced for 3 places {round} times in {} s: always 3", begun.elapsed().as_secs());
}
