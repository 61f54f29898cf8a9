//! What somebody may have meant.

/// Longer words are not looked at.
const LONGEST: usize = 100;

/// The candidate that differs least, if it differs little enough for its length.
#[must_use]
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near =
        candidates.into_iter().filter_map(|candidate| slips(word, candidate).map(|slips| (slips, candidate)));
    near.min().map(|(_, candidate)| candidate)
}

/// How many slips lie between a word and what may have been meant, if they are few enough for their length. A capital,
/// or a hyphen for an underscore, is none.
#[must_use]
pub fn slips(word: &str, meant: &str) -> Option<usize> {
    if word.len() > LONGEST || meant.len() > LONGEST {
        return None;
    }
    let (word, meant) = (folded(word), folded(meant));
    let allowed = match word.len() {
        0..=1 => 0,
        2..=4 => 1,
        5..=8 => 2,
        _ => 3,
    };
    if word.len().abs_diff(meant.len()) > allowed {
        return None;
    }
    Some(distance(&word, &meant)).filter(|distance| *distance <= allowed && *distance < meant.len())
}

/// A hyphen for an underscore, or a capital, is no difference worth counting.
fn folded(word: &str) -> Vec<char> {
    word.chars().flat_map(char::to_lowercase).map(|letter| if letter == '-' { '_' } else { letter }).collect()
}

/// How many letters are to be put in, taken out, replaced, or swapped with their neighbour.
pub(crate) fn distance<T: PartialEq>(one: &[T], other: &[T]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=other.len()).collect();
    let mut last = None;
    for (row, letter) in one.iter().enumerate() {
        let mut line = Vec::with_capacity(above.len());
        let mut left = row.saturating_add(1);
        line.push(left);
        let mut previous = None;
        for (column, against) in other.iter().enumerate() {
            let at = |row: &[usize], column: usize| row.get(column).copied().unwrap_or(usize::MAX / 2);
            let next = column.saturating_add(1);
            let replaced = at(&above, column) + usize::from(letter != against);
            let mut best = replaced.min(at(&above, next) + 1).min(left + 1);
            if last == Some(against) && previous == Some(letter) {
                best = best.min(at(&before, column.saturating_sub(1)) + 1);
            }
            line.push(best);
            left = best;
            previous = Some(against);
        }
        before = core::mem::replace(&mut above, line);
        last = Some(letter);
    }
    above.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_slips_are_understood_and_others_not() {
        let known = ["territories", "titles", "tiers", "tv", "from", "until", "max_height"];
        let cases = [
            ("teritories", Some("territories")),
            ("Territories", Some("territories")),
            ("territoreis", Some("territories")),
            ("max-height", Some("max_height")),
            ("form", Some("from")),
            ("untill", Some("until")),
            ("title", Some("titles")),
            ("TV", Some("tv")),
            ("x", None),
            ("", None),
            ("colour", None),
            ("heights_of_all", None),
        ];
        for (word, expected) in cases {
            assert_eq!(nearest(word, known), expected, "{word}");
        }
    }
}
