//! A process is killed while it writes, again and again, on one file: what it had acknowledged is there.

use std::collections::BTreeMap;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use origin_api::store::embedded::{Embedded, Options};
use origin_api::store::{Expect, Store, Table, Write};
use tokio::task::JoinSet;

use crate::folder::{Folder, title};

const KILLS: u64 = 60;
const TASKS: u64 = 8;
const KEYS_OF_A_TASK: u64 = 12;

#[tokio::test]
async fn what_was_acknowledged_before_a_kill_is_there() {
    let seed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    println!("seed {seed}");
    let mut random = Random(seed | 1);
    let folder = Folder::new();
    let path = folder.file("store");
    let mut ledger = Ledger::default();
    let mut rounds_with_acknowledgements = 0;
    for kill in 0..KILLS {
        let mut child = start(&path, random.below(u64::MAX));
        let output = child.stdout.take().unwrap();
        let reader = thread::spawn(move || whole_lines(BufReader::new(output)));
        // Some die while they open what the one before left.
        thread::sleep(Duration::from_millis(random.below(if kill % 5 == 0 { 20 } else { 250 })));
        child.kill().unwrap();
        let status = child.wait().unwrap();
        assert_eq!(status.code(), None, "kill {kill}: it ended by itself: {status}");
        let lines = reader.join().unwrap();
        rounds_with_acknowledgements += u64::from(lines.iter().any(|line| line.starts_with("wrote")));
        for line in lines {
            ledger.enter(&line).unwrap_or_else(|error| panic!("kill {kill}: {error}"));
        }
        // Now and then the next one finds it as the kill left it, and not closed in order.
        if kill % 3 != 1 {
            let store = Embedded::open(&path, Options::default())
                .unwrap_or_else(|error| panic!("kill {kill}: {error}"));
            ledger.compare(&store).await.unwrap_or_else(|error| panic!("kill {kill}: {error}"));
        }
    }
    println!("{} writings and removals acknowledged, {} kills", ledger.acknowledged, KILLS);
    assert!(rounds_with_acknowledgements > KILLS / 2, "{rounds_with_acknowledgements} of {KILLS} wrote");
    assert!(ledger.acknowledged > KILLS * 50, "{} under load", ledger.acknowledged);
    assert!(ledger.removed > KILLS, "{} removals", ledger.removed);
}

#[tokio::test]
async fn a_kill_while_a_file_is_made_leaves_none_or_a_whole_one() {
    let mut random = Random(u64::from(std::process::id()) | 1);
    let (mut without, mut with) = (0, 0);
    // Until both were seen, as it depends on the machine when it is made.
    for kill in 0..300 {
        let folder = Folder::new();
        let path = folder.file("store");
        let mut child = start(&path, 1);
        thread::sleep(Duration::from_micros(random.below(30_000)));
        child.kill().unwrap();
        child.wait().unwrap();
        *if path.exists() { &mut with } else { &mut without } += 1;
        let store =
            Embedded::open(&path, Options::default()).unwrap_or_else(|error| panic!("kill {kill}: {error}"));
        store.write(title("one", b"x")).await.unwrap();
        if kill >= 30 && with > 5 && without > 5 {
            break;
        }
    }
    assert!(with > 0, "none was ever made");
}

/// The process that is killed.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "it is started, and killed, by the test above"]
async fn writes_until_it_is_killed() {
    let Some(path) = std::env::var_os("STORE_FILE") else { return };
    let seed: u64 = std::env::var("STORE_SEED").unwrap().parse().unwrap();
    let store = Arc::new(Embedded::open(path, Options::default()).unwrap());
    let mut tasks = JoinSet::new();
    for task in 0..TASKS {
        tasks.spawn(write_on(Arc::clone(&store), task, Random((seed ^ task << 32) | 1)));
    }
    let until = SystemTime::now() + Duration::from_secs(30);
    for now in 1.. {
        store.sweep(now, 20).await.unwrap();
        tokio::time::sleep(Duration::from_millis(5)).await;
        assert!(SystemTime::now() < until, "nobody killed it");
    }
}

/// A task has keys of its own, so that it knows what it did to each last.
async fn write_on(store: Arc<Embedded>, task: u64, mut random: Random) {
    for count in 0_u64.. {
        let key = &format!("{task}/{}", random.below(KEYS_OF_A_TASK));
        if random.below(6) == 0 {
            say(format_args!("removing {key}"));
            store.remove(Table::Titles, key, Expect::Anything).await.unwrap();
            say(format_args!("removed {key}"));
            continue;
        }
        let longest = if random.below(20) == 0 { 60_000 } else { 1_000 };
        let length = random.below(longest);
        let (bytes, sum) = sealed(key, count, length);
        let there = store.read(Table::Titles, key).await.unwrap();
        let expect = there.map_or(Expect::Absent, |record| Expect::Version(record.version));
        let version = store.write(Write { expect, ..title(key, &bytes) }).await.unwrap();
        say(format_args!("wrote {key} {version} {sum}"));
        // These come and go with the sweeps; of them only what is half written would be noticed.
        let lease = format!("{key} {}", count % 50);
        let (bytes, _) = sealed(&lease, count, 100);
        let lease =
            Write { table: Table::Leases, expires: Some(random.below(1000)), ..title(&lease, &bytes) };
        store.write(lease).await.unwrap();
    }
}

/// In one piece, at once.
fn say(line: fmt::Arguments<'_>) {
    std::io::stdout().lock().write_all(format!("{line}\n").as_bytes()).unwrap();
}

fn start(path: &Path, seed: u64) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "durability::writes_until_it_is_killed", "--ignored", "--nocapture", "--quiet"])
        .env("STORE_FILE", path)
        .env("STORE_SEED", seed.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// What a killed process said: its last line may be the beginning of one.
fn whole_lines(mut output: impl BufRead) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    while output.read_line(&mut line).unwrap() > 0 {
        if line.ends_with('\n') {
            lines.push(line.trim_end().to_owned());
        }
        line.clear();
    }
    lines
}

/// Bytes that say whether they are whole, and their sum.
fn sealed(key: &str, count: u64, length: u64) -> (Vec<u8>, u64) {
    let mut random = Random(count | 1);
    let content: Vec<u8> =
        (0..length).flat_map(|_| random.next().to_le_bytes().into_iter().take(1)).collect();
    let sum = sum(key, &content);
    (sum.to_le_bytes().into_iter().chain(content).collect(), sum)
}

fn unsealed(key: &str, bytes: &[u8]) -> Result<u64, String> {
    let Some((said, content)) = bytes.split_first_chunk() else { return Err(format!("{key} is too short")) };
    let said = u64::from_le_bytes(*said);
    if said == sum(key, content) { Ok(said) } else { Err(format!("{key} is half written")) }
}

fn sum(key: &str, content: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    (key, content).hash(&mut hasher);
    hasher.finish()
}

/// What was acknowledged.
#[derive(Default)]
struct Ledger {
    keys: BTreeMap<String, Known>,
    acknowledged: u64,
    removed: u64,
}

#[derive(Default)]
struct Known {
    /// Version and sum of what was last acknowledged or seen, if it was not removed.
    there: Option<(u64, u64)>,
    /// A removal was begun, and not acknowledged.
    removing: bool,
    /// The highest version that was ever acknowledged or seen.
    highest: u64,
}

impl Ledger {
    fn enter(&mut self, line: &str) -> Result<(), String> {
        let words: Vec<_> = line.split(' ').collect();
        match words.as_slice() {
            ["wrote", key, version, sum] => {
                let known = self.keys.entry((*key).to_owned()).or_default();
                let (version, sum) = (version.parse().unwrap(), sum.parse().unwrap());
                if version <= known.highest {
                    return Err(format!("{key}: version {version} after {}", known.highest));
                }
                *known = Known { there: Some((version, sum)), removing: false, highest: version };
                self.acknowledged += 1;
            }
            ["removing", key] => self.keys.entry((*key).to_owned()).or_default().removing = true,
            ["removed", key] => {
                let known = self.keys.entry((*key).to_owned()).or_default();
                known.there = None;
                known.removing = false;
                self.acknowledged += 1;
                self.removed += 1;
            }
            // What the harness says around it.
            _ => {}
        }
        Ok(())
    }

    /// Whether a store has what was acknowledged; from here on what it has counts.
    async fn compare(&mut self, store: &Embedded) -> Result<(), String> {
        for (key, record) in store.list(Table::Leases, None, usize::MAX).await.unwrap() {
            unsealed(&key, &record.bytes)?;
        }
        let mut found: BTreeMap<_, _> =
            store.list(Table::Titles, None, usize::MAX).await.unwrap().into_iter().collect();
        for (key, known) in &mut self.keys {
            let record = found.remove(key);
            let sum = record.as_ref().map(|record| unsealed(key, &record.bytes)).transpose()?;
            let seen = record.map(|record| record.version).zip(sum);
            match (known.there, seen) {
                (Some(there), Some(seen)) if there == seen => {}
                // One that was written when the kill came: nobody was told.
                (_, Some((version, _))) if version > known.highest => known.highest = version,
                (Some(_), None) if known.removing => {}
                (None, None) => {}
                (there, seen) => return Err(format!("{key}: {there:?} was acknowledged, {seen:?} is there")),
            }
            known.there = seen;
            known.removing = false;
        }
        for (key, record) in found {
            // Its first writing, when the kill came.
            let sum = unsealed(&key, &record.bytes)?;
            let there = Some((record.version, sum));
            self.keys.insert(key, Known { there, removing: false, highest: record.version });
        }
        Ok(())
    }
}

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 8
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}
