//! What was probably meant by a pattern that matches nothing.

use super::catalogue::is_matched;
use crate::model::Pattern;
use crate::nearest::distance as slips;

/// How many titles are looked at for suggestions, in all: a fraction of a second. Behind that, only a pattern's
/// neighbours in the order of names are.
const MOST_TITLES: usize = 2_000_000;

/// How many neighbours on either side.
const NEIGHBOURS: usize = 100;

/// Looks for near misses among sorted titles.
pub(super) struct Nearest<'c> {
    sorted: &'c [&'c str],
    left: usize,
}

impl<'c> Nearest<'c> {
    pub(super) fn of(sorted: &'c [&'c str]) -> Self {
        Self { sorted, left: MOST_TITLES }
    }

    /// The pattern that matches something and is most like this one, if it is very like it: the other kind of the same
    /// name, or one with a slip in one segment. Another number is no slip: `s2` may well be missing where `s1` is there.
    pub(super) fn to(&mut self, pattern: &Pattern) -> Option<Pattern> {
        let (name, below) = match pattern {
            Pattern::All => return None,
            Pattern::Below(prefix) => (prefix.as_str(), true),
            Pattern::Exactly(id) => (id.as_str(), false),
        };
        let of_other_kind = of_kind(!below, name.to_owned());
        if is_matched(&of_other_kind, self.sorted) {
            return Some(of_other_kind);
        }
        // The slip is in the first segment that leads nowhere, or else in one before it.
        let starts = std::iter::once(0).chain(name.match_indices('/').map(|(slash, _)| slash + 1));
        let mut reached: Vec<usize> = starts.take_while(|start| self.has_any(name, *start)).collect();
        reached.reverse();
        reached.into_iter().find_map(|start| self.with_slip_at(name, start, below))
    }

    /// Whether any title begins like the name up to there.
    fn has_any(&self, name: &str, end: usize) -> bool {
        let before = name.get(..end).unwrap_or_default();
        let first = self.sorted.partition_point(|title| *title < before);
        self.sorted.get(first).is_some_and(|title| title.starts_with(before))
    }

    /// With another segment from there on, and the rest as it is.
    fn with_slip_at(&mut self, name: &str, start: usize, below: bool) -> Option<Pattern> {
        let (before, from) = name.split_at_checked(start)?;
        let (wrong, rest) = match from.split_once('/') {
            Some((wrong, _)) => from.split_at_checked(wrong.len())?,
            None => (from, ""),
        };
        let most = (wrong.len() / 3).min(2);
        if most == 0 {
            return None;
        }
        let mut best: Option<(usize, Pattern)> = None;
        let mut last = "";
        for title in self.titles_around(before, wrong) {
            let segment = title.get(start..).unwrap_or_default();
            let segment = segment.split_once('/').map_or(segment, |(segment, _)| segment);
            if segment == last || segment == wrong {
                continue;
            }
            last = segment;
            let nearer = best.as_ref().map_or(most, |(distance, _)| distance.saturating_sub(1));
            if nearer == 0 {
                break;
            }
            if digits(segment).eq(digits(wrong))
                && let Some(distance) = distance(segment, wrong, nearer)
            {
                let candidate = of_kind(below, format!("{before}{segment}{rest}"));
                if is_matched(&candidate, self.sorted) {
                    best = Some((distance, candidate));
                }
            }
        }
        best.map(|(_, pattern)| pattern)
    }

    /// The titles that begin so, or the nearest of them if there are too many.
    fn titles_around(&mut self, before: &str, wrong: &str) -> &'c [&'c str] {
        let first = self.sorted.partition_point(|title| *title < before);
        let here = self.sorted.get(first..).unwrap_or_default();
        let here = here.get(..here.partition_point(|title| title.starts_with(before))).unwrap_or_default();
        if let Some(left) = self.left.checked_sub(here.len()) {
            self.left = left;
            return here;
        }
        let at = here.partition_point(|title| title.get(before.len()..).unwrap_or_default() < wrong);
        let behind = at.saturating_add(NEIGHBOURS).min(here.len());
        here.get(at.saturating_sub(NEIGHBOURS)..behind).unwrap_or_default()
    }
}

fn of_kind(below: bool, name: String) -> Pattern {
    if below { Pattern::Below(name) } else { Pattern::Exactly(name) }
}

fn digits(text: &str) -> impl Iterator<Item = u8> {
    text.bytes().filter(u8::is_ascii_digit)
}

/// How many slips lie between the two, if no more than so many.
fn distance(one: &str, other: &str, most: usize) -> Option<usize> {
    if one.len().abs_diff(other.len()) > most {
        return None;
    }
    Some(slips(one.as_bytes(), other.as_bytes())).filter(|slips| *slips <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_a_letter_more_or_less_or_another_or_two_swapped() {
        for (one, other, most, wanted) in [
            ("acme", "acme", 2, Some(0)),
            ("acme", "amce", 2, Some(1)),
            ("acme", "acne", 2, Some(1)),
            ("acme", "acm", 2, Some(1)),
            ("acme", "aacme", 2, Some(1)),
            ("acme", "aaccme", 2, Some(2)),
            ("acme", "emca", 2, None),
            ("acme", "aaccme", 1, None),
            ("acme", "", 3, None),
            ("", "a", 1, Some(1)),
        ] {
            assert_eq!(distance(one, other, most), wanted, "{one} {other}");
            assert_eq!(distance(other, one, most), wanted, "{other} {one}");
        }
    }

    #[test]
    fn the_nearest_has_one_slip_in_one_segment() {
        let catalogue =
            ["acme/film", "acme/series/s1/e1", "acme/series/s2/e1", "harbour", "news/live", "news/lives"];
        let pattern = |text: &str| match text.strip_suffix("/*") {
            Some(prefix) => Pattern::Below(prefix.to_owned()),
            None => Pattern::Exactly(text.to_owned()),
        };
        for (wrong, meant) in [
            ("acme/flim", Some("acme/film")),
            ("amce/film", Some("acme/film")),
            ("film", None),
            ("harbuor", Some("harbour")),
            ("harbor", Some("harbour")),
            ("harbour/*", Some("harbour")),
            ("acme/series", Some("acme/series/*")),
            ("acme/seires/*", Some("acme/series/*")),
            ("acme/seires/s1/e1", Some("acme/series/s1/e1")),
            ("acme/series/s3/*", None),
            ("acme/seires/s3/*", None),
            ("news/livess", Some("news/lives")),
            ("elsewhere/film", None),
            ("acme/film/*", Some("acme/film")),
            ("*", None),
        ] {
            let meant = meant.map(pattern);
            if wrong != "*" {
                assert_eq!(Nearest::of(&catalogue).to(&pattern(wrong)), meant, "{wrong}");
            }
        }
        assert_eq!(Nearest::of(&catalogue).to(&Pattern::All), None);
    }

    #[test]
    fn of_very_many_titles_only_neighbours_are_looked_at() {
        let catalogue = ["alpha/film", "bravo/film", "charlie/film"];
        let mut nearest = Nearest { sorted: &catalogue, left: 0 };
        let meant = Some(Pattern::Exactly("bravo/film".to_owned()));
        assert_eq!(nearest.to(&Pattern::Exactly("bravoo/film".to_owned())), meant);
    }
}
