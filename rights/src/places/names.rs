//! Places by what people call them.

use super::Place;
use std::collections::HashMap;
use std::sync::LazyLock;

/// Letters with marks, and what people write who have none of them on their keyboard.
const PLAIN: [(&str, &str); 26] = [
    ("áåàâãäāăąǎạảầậắằẵ", "a"),
    ("çćċč", "c"),
    ("ďḑđ", "d"),
    ("ð", "d"),
    ("èéêëēĕėęěếềệəǝ", "e"),
    ("ğġ", "g"),
    ("ḥḩħ", "h"),
    ("íîìïĩīĭịı", "i"),
    ("ķ", "k"),
    ("ļł", "l"),
    ("ñńň", "n"),
    ("óöòôõōőơǒọồộớø", "o"),
    ("řṙṟ", "r"),
    ("śşšș", "s"),
    ("ţțṭ", "t"),
    ("úüũūŭůųưừ", "u"),
    ("ý", "y"),
    ("źżžẕ", "z"),
    ("æ", "ae"),
    ("œ", "oe"),
    ("þ", "th"),
    ("ß", "ss"),
    ("&", " and "),
    ("-/_,", " "),
    ("'’‘`ʻ.()\"", ""),
    ("\u{304}\u{305}\u{307}\u{323}\u{327}\u{331}", ""),
];

/// Every name and other code, folded, with the places that go by it.
static BY_NAME: LazyLock<HashMap<String, Vec<Place>>> = LazyLock::new(|| {
    let mut by_name: HashMap<String, Vec<Place>> = HashMap::new();
    for place in Place::all() {
        let names = core::iter::once(place.name()).chain(place.other_names());
        // `Bristol, City of` is also simply Bristol.
        for name in names.flat_map(|name| [Some(name), name.split(',').next()]).flatten() {
            let places = by_name.entry(folded(name)).or_default();
            if !places.contains(&place) {
                places.push(place);
            }
        }
    }
    by_name
});

/// The places that go by that name, by number.
pub(super) fn places_named(name: &str) -> &'static [Place] {
    BY_NAME.get(&folded(name)).map_or(&[], Vec::as_slice)
}

/// The countries of which a name is nearly this one, by at most so many letters.
pub(super) fn countries_nearly_named(name: &str, letters: usize) -> Vec<Place> {
    static NAMES: LazyLock<Vec<(&str, usize, Place)>> = LazyLock::new(|| {
        let names = BY_NAME.iter().flat_map(|(name, places)| places.iter().map(move |place| (name, *place)));
        let names = names.filter(|(_, place)| place.is_country());
        names.map(|(name, place)| (name.as_str(), name.chars().count(), place)).collect()
    });
    let name = folded(name);
    let length = name.chars().count();
    let near = |(its, its_length, _): &&(&str, usize, Place)| {
        its_length.abs_diff(length) <= letters && distance(its, &name) <= letters
    };
    let mut countries: Vec<_> = NAMES.iter().filter(near).map(|(.., country)| *country).collect();
    countries.sort_unstable();
    countries.dedup();
    countries
}

/// A name as it is compared: without case, marks, punctuation and a leading article.
pub(super) fn folded(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    for letter in name.chars().flat_map(char::to_lowercase) {
        if letter.is_ascii_alphanumeric() {
            plain.push(letter);
            continue;
        }
        match PLAIN.iter().find(|(marked, _)| marked.contains(letter)) {
            Some((_, instead)) => plain.push_str(instead),
            None => plain.push(letter),
        }
    }
    let words: Vec<_> = plain.split_whitespace().collect();
    match words.as_slice() {
        ["the", rest @ ..] if !rest.is_empty() => rest.join(" "),
        words => words.join(" "),
    }
}

/// How many letters must be inserted, removed, replaced, or swapped with their neighbour, to make one of the other.
pub(super) fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    // Rows of the usual table: the one before the last, the last, and the one that is made.
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=other.len()).collect();
    let mut previous = None;
    for (row, letter) in one.chars().enumerate() {
        let mut next = vec![row + 1];
        for (column, its) in other.iter().enumerate() {
            let at = |row: &[usize], column: usize| row.get(column).copied().unwrap_or(usize::MAX - 1);
            let mut fewest = at(&last, column) + usize::from(letter != *its);
            fewest = fewest.min(at(&last, column + 1) + 1).min(at(&next, column) + 1);
            let left = column.checked_sub(1);
            if let Some(left) =
                left.filter(|left| other.get(*left) == Some(&letter) && previous == Some(*its))
            {
                fewest = fewest.min(at(&before, left) + 1);
            }
            next.push(fewest);
        }
        before = core::mem::replace(&mut last, next);
        previous = Some(letter);
    }
    last.last().copied().unwrap_or(0)
}
