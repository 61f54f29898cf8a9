//! The table of titles.

use super::writer::Writer;
use super::{TooLarge, number};
use crate::bundle::Fingerprint;
use crate::bundle::layout::{BUCKET, EMPTY, SLOTS, Section};
use crate::model::Pattern;
use crate::reach::Reach;

/// Of 100 slots, those that are to be filled: fewer make a larger table, more make longer ways through it.
const FILLED: usize = 65;

pub(super) fn write(writer: &mut Writer, reach: &Reach<'_>, values: &[u32]) -> Result<(), TooLarge> {
    let buckets = (reach.nodes.len() * 100).div_ceil(SLOTS * FILLED).max(1);
    number(buckets, Section::Titles)?;
    writer.seed = writer.digest();
    let mut entries = fingerprints(reach, values, writer.seed, buckets);
    // Two ids with one fingerprint: once in 10^7 policies of a million titles.
    while entries.windows(2).any(|pair| matches!(pair, [one, next] if one.0.print == next.0.print)) {
        writer.seed = writer.seed.wrapping_add(1);
        entries = fingerprints(reach, values, writer.seed, buckets);
    }
    writer.deepest = reach.nodes.iter().map(|node| slashes(node.pattern)).max().unwrap_or(0);
    entries.sort_unstable();
    let table = filled(&entries, buckets);
    let out = writer.section(Section::Titles);
    out.reserve(buckets * BUCKET);
    for bucket in table {
        let slot = |index| bucket.slots.get(index).copied().unwrap_or((0, EMPTY));
        out.extend((0..SLOTS).flat_map(|index| slot(index).0.to_le_bytes()));
        out.extend((0..SLOTS).flat_map(|index| slot(index).1.to_le_bytes()));
        out.extend(u32::from(bucket.overflows).to_le_bytes());
    }
    Ok(())
}

fn slashes(pattern: &Pattern) -> u32 {
    match pattern {
        Pattern::Below(prefix) => u32::try_from(prefix.matches('/').count() + 1).unwrap_or(u32::MAX),
        Pattern::All | Pattern::Exactly(_) => 0,
    }
}

/// Sorted by their prints.
fn fingerprints(reach: &Reach<'_>, values: &[u32], seed: u64, buckets: usize) -> Vec<(Fingerprint, u32)> {
    let mut entries: Vec<_> = reach
        .nodes
        .iter()
        .map(|node| {
            let fingerprint = match node.pattern {
                Pattern::All => Fingerprint::of(b"", seed, buckets),
                Pattern::Exactly(id) => Fingerprint::of(id.as_bytes(), seed, buckets),
                Pattern::Below(prefix) => Fingerprint::of(format!("{prefix}/").as_bytes(), seed, buckets),
            };
            (fingerprint, values.get(node.set).copied().unwrap_or(0))
        })
        .collect();
    entries.sort_unstable_by_key(|(fingerprint, _)| fingerprint.print);
    entries
}

#[derive(Default, Clone)]
struct Bucket {
    slots: Vec<(u64, u32)>,
    /// Whether something that belongs here stands behind.
    overflows: bool,
}

/// Each entry in its bucket, or in the first behind it that has room.
fn filled(entries: &[(Fingerprint, u32)], buckets: usize) -> Vec<Bucket> {
    let mut table = vec![Bucket::default(); buckets];
    for (fingerprint, value) in entries {
        let mut at = fingerprint.bucket;
        // There are more slots than entries: this ends.
        for _ in 0..buckets {
            let Some(bucket) = table.get_mut(at) else { break };
            if bucket.slots.len() < SLOTS {
                bucket.slots.push((fingerprint.print, *value));
                break;
            }
            bucket.overflows = true;
            at = if at + 1 == buckets { 0 } else { at + 1 };
        }
    }
    table
}
