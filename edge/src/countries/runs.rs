//! From ranges that lie anyhow to runs that follow each other.

use super::build::Overlaps;
use std::collections::BTreeSet;

/// A range of addresses, both ends in it, and its country by number; 0 is unknown.
pub(super) struct Span {
    pub(super) first: u128,
    pub(super) last: u128,
    pub(super) country: u8,
    pub(super) line: usize,
}

/// Where a run begins, and its country. It lasts until the next begins.
pub(super) type Run = (u128, u8);

/// Two ranges that share addresses.
pub(super) struct Clash {
    pub(super) line: usize,
    pub(super) earlier: usize,
}

/// The runs that the ranges make, neighbours of one country joined. Nothing below the first run is known.
pub(super) fn follow(mut spans: Vec<Span>, overlaps: Overlaps) -> Result<Vec<Run>, Clash> {
    spans.sort_by_key(|span| (span.first, span.line));
    if overlaps == Overlaps::Refuse {
        refuse(&spans)?;
    }
    // What covers the address at hand, the narrowest first.
    let mut covering: BTreeSet<(u128, u128, u8)> = BTreeSet::new();
    let mut runs = Vec::new();
    for span in &spans {
        close(&mut covering, Some(span.first), &mut runs);
        covering.insert((span.last - span.first, span.last, span.country));
        begin(&covering, span.first, &mut runs);
    }
    close(&mut covering, None, &mut runs);
    Ok(runs)
}

/// The runs of first halves of 128 bits: of a half that is not in one country as a whole, nothing is known.
pub(super) fn halve(runs: &[Run]) -> Vec<Run> {
    const HALF: u128 = 1 << 64;
    let mut halves = Vec::new();
    let ends = runs.iter().skip(1).map(|(start, _)| *start).chain([u128::MAX]);
    for ((start, country), end) in runs.iter().zip(ends) {
        let whole = start.div_ceil(HALF);
        if !start.is_multiple_of(HALF) {
            push(&mut halves, start / HALF, 0);
        }
        if whole < end / HALF || end == u128::MAX && whole < HALF {
            push(&mut halves, whole, *country);
        }
    }
    halves
}

/// The first range, by where it begins, that shares addresses with one before.
fn refuse(spans: &[Span]) -> Result<(), Clash> {
    let mut furthest: Option<&Span> = None;
    for span in spans {
        if let Some(before) = furthest.filter(|before| before.last >= span.first) {
            let (earlier, line) = (before.line.min(span.line), before.line.max(span.line));
            return Err(Clash { line, earlier });
        }
        furthest = Some(span);
    }
    Ok(())
}

/// Ends all that ends before an address, or everything.
fn close(covering: &mut BTreeSet<(u128, u128, u8)>, before: Option<u128>, runs: &mut Vec<Run>) {
    while let Some(end) = covering.iter().map(|(_, last, _)| *last).min() {
        if before.is_some_and(|before| end >= before) {
            return;
        }
        covering.retain(|(_, last, _)| *last != end);
        if let Some(after) = end.checked_add(1)
            && before != Some(after)
        {
            begin(covering, after, runs);
        }
    }
}

/// Begins a run with the country of the narrowest range, if there is one such country.
fn begin(covering: &BTreeSet<(u128, u128, u8)>, at: u128, runs: &mut Vec<Run>) {
    let mut narrowest =
        covering.iter().take_while(|(width, ..)| Some(width) == covering.first().map(|(it, ..)| it));
    let country = narrowest.next().map_or(0, |(.., country)| *country);
    let agreed = narrowest.all(|(.., other)| *other == country);
    push(runs, at, if agreed { country } else { 0 });
}

/// Adds a run, unless it only goes on with the one before.
fn push(runs: &mut Vec<Run>, start: u128, country: u8) {
    if runs.last().is_some_and(|(before, _)| *before == start) {
        runs.pop();
    }
    if runs.last().map_or(0, |(_, before)| *before) != country {
        runs.push((start, country));
    }
}
