//! What people write instead of a code.

use super::Place;
use super::names::{countries_nearly_named, distance, folded, places_named};
use core::fmt::Write as _;

/// What somebody probably meant who wrote a territory that is not one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The code that they probably meant, for "did you mean".
    pub code: Option<&'static str>,
    /// What else is to know, a clause for the end of an error message; empty where the code says it all.
    pub note: String,
}

/// Codes of other lists, and habits.
const HABITS: [(&str, &str); 25] = [
    ("UK", "GB"),
    ("EL", "GR"),
    ("EN", "GB-ENG"),
    ("ENG", "GB-ENG"),
    ("SCO", "GB-SCT"),
    ("SCT", "GB-SCT"),
    ("WAL", "GB-WLS"),
    ("WLS", "GB-WLS"),
    ("NIR", "GB-NIR"),
    ("GER", "DE"),
    ("JA", "JP"),
    ("KO", "KR"),
    ("DA", "DK"),
    ("AC", "SH-AC"),
    ("TA", "SH-TA"),
    ("IC", "ES-CN"),
    ("CP", "FR-CP"),
    ("WW", "*"),
    ("ALL", "*"),
    ("ANY", "*"),
    ("WORLD", "*"),
    ("THE WORLD", "*"),
    ("WORLDWIDE", "*"),
    ("GLOBAL", "*"),
    ("EVERYWHERE", "*"),
];

/// Codes that ISO 3166-1 had once, and what is there now.
const WITHDRAWN: [(&str, &str, &[&str]); 21] = [
    ("AN", "the Netherlands Antilles", &["BQ", "CW", "SX"]),
    ("BU", "Burma", &["MM"]),
    ("CS", "Serbia and Montenegro (before that Czechoslovakia)", &["ME", "RS"]),
    ("CT", "Canton and Enderbury Islands", &["KI"]),
    ("DD", "the German Democratic Republic", &["DE"]),
    ("DY", "Dahomey", &["BJ"]),
    ("FX", "metropolitan France", &["FR"]),
    ("HV", "Upper Volta", &["BF"]),
    ("JT", "Johnston Island", &["UM"]),
    ("MI", "the Midway Islands", &["UM"]),
    ("NH", "the New Hebrides", &["VU"]),
    ("NQ", "Queen Maud Land", &["AQ"]),
    ("PC", "the Pacific Islands", &["FM", "MH", "MP", "PW"]),
    ("RH", "Southern Rhodesia", &["ZW"]),
    (
        "SU",
        "the Soviet Union",
        &["AM", "AZ", "BY", "EE", "GE", "KG", "KZ", "LT", "LV", "MD", "RU", "TJ", "TM", "UA", "UZ"],
    ),
    ("TP", "East Timor", &["TL"]),
    ("VD", "North Vietnam", &["VN"]),
    ("WK", "Wake Island", &["UM"]),
    ("YD", "Democratic Yemen", &["YE"]),
    ("YU", "Yugoslavia", &["BA", "HR", "ME", "MK", "RS", "SI"]),
    ("ZR", "Zaire", &["CD"]),
];

/// What people license for, but ISO 3166 has no code for.
const REGIONS: [(&str, &str); 20] = [
    ("EU", "the European Union"),
    ("EUROPE", "Europe"),
    ("EUROPEAN UNION", "the European Union"),
    ("EEA", "the European Economic Area"),
    ("EZ", "the euro area"),
    ("UN", "the United Nations"),
    ("EMEA", "Europe, the Middle East and Africa"),
    ("MENA", "the Middle East and North Africa"),
    ("APAC", "Asia and the Pacific"),
    ("LATAM", "Latin America"),
    ("DACH", "Germany, Austria and Switzerland"),
    ("BENELUX", "the Benelux countries"),
    ("NORDICS", "the Nordic countries"),
    ("SCANDINAVIA", "Scandinavia"),
    ("CIS", "the Commonwealth of Independent States"),
    ("ASIA", "Asia"),
    ("AFRICA", "Africa"),
    ("OCEANIA", "Oceania"),
    ("NORTH AMERICA", "North America"),
    ("SOUTH AMERICA", "South America"),
];

/// Bytes of what may be a name; the longest have about 80.
const LONGEST: usize = 200;

/// How many codes a note names at most.
const A_FEW: usize = 5;

/// What was probably meant by a text that is neither a code nor the name of a group; nothing if nobody can tell.
#[must_use]
pub fn suggest(text: &str) -> Option<Suggestion> {
    let text = text.trim();
    if text.len() > LONGEST {
        return None;
    }
    let capitals = text.to_uppercase();
    by_table(&capitals)
        .or_else(|| Place::parse(&capitals).map(meant))
        .or_else(|| by_name(places_named(text)))
        .or_else(|| by_twin(&capitals))
        .or_else(|| by_separator(&capitals))
        .or_else(|| by_country(&capitals))
        .or_else(|| by_misspelt_name(text))
}

fn meant(place: Place) -> Suggestion {
    Suggestion { code: Some(place.code()), note: String::new() }
}

fn noted(note: String) -> Suggestion {
    Suggestion { code: None, note }
}

/// `FR-GP`: the country's own code behind that of the country it belongs to.
fn by_twin(capitals: &str) -> Option<Suggestion> {
    let (country, twin) = capitals.split_once('-')?;
    let (country, twin) = (Place::country(country)?, Place::country(twin)?);
    let within: Vec<&str> = (country.index()..country.end())
        .filter_map(Place::from_index)
        .filter(|place| place.twin() == Some(twin))
        .map(Place::code)
        .collect();
    let (code, name) = (twin.code(), country.name_in_sentence());
    let note =
        format!("{} is a country of its own, and as a part of {name} {}", twin.name(), in_words(&within));
    (!within.is_empty()).then_some(Suggestion { code: Some(code), note })
}

fn by_table(capitals: &str) -> Option<Suggestion> {
    if let Some((_, code)) = HABITS.into_iter().find(|(habit, _)| *habit == capitals) {
        return Some(Suggestion { code: Some(code), note: String::new() });
    }
    let is_it = |&(was, name, _): &(&str, &str, _)| was == capitals || folded(name) == folded(capitals);
    if let Some((was, name, now)) = WITHDRAWN.into_iter().find(is_it) {
        let code = if let [code] = now { Some(*code) } else { None };
        let now = if code.is_some() { String::new() } else { format!("; today there is {}", in_words(now)) };
        return Some(Suggestion { code, note: format!("`{was}`, {name}, was withdrawn from ISO 3166{now}") });
    }
    if matches!(capitals, "XK" | "XKX" | "KOSOVO") {
        return Some(noted(
            "Kosovo has no code in ISO 3166, and a viewer there counts as one whose country is unknown"
                .to_owned(),
        ));
    }
    let (_, name) = REGIONS.into_iter().find(|(region, _)| *region == capitals)?;
    Some(noted(format!("ISO 3166 has no code for {name}: make a group of the countries meant")))
}

/// One country of that name is meant before any subdivision; otherwise only one that is alone.
fn by_name(named: &[Place]) -> Option<Suggestion> {
    let countries: Vec<_> = named.iter().filter(|place| place.is_country()).collect();
    let place = match (countries.as_slice(), named) {
        ([country], _) => country,
        ([], [place]) => place,
        (_, []) => return None,
        _ => return Some(noted(format!("{} go by that name", some_of(named)))),
    };
    let others: Vec<_> = named.iter().copied().filter(|other| *other != *place).collect();
    let note = match others.as_slice() {
        [] => String::new(),
        [other] => format!("`{}` goes by that name, too", other.code()),
        others => format!("{} go by that name, too", some_of(others)),
    };
    Some(Suggestion { code: Some(place.code()), note })
}

/// A code that is written with another separator, or none: `NO_03`, `NO03`.
fn by_separator(capitals: &str) -> Option<Suggestion> {
    let letters: String = capitals.chars().filter(char::is_ascii_alphanumeric).collect();
    let foreign = capitals.chars().filter(|letter| !letter.is_ascii_alphanumeric()).count();
    let (country, rest) = letters.split_at_checked(2)?;
    let known = Place::country(if country == "UK" { "GB" } else { country })?;
    (foreign <= 1).then(|| Place::parse(&format!("{}-{rest}", known.code()))).flatten().map(meant)
}

/// Something that begins like a subdivision of a country: `GB-LONDON`, `NO-99`.
fn by_country(capitals: &str) -> Option<Suggestion> {
    let (country, rest) = capitals.split_once(['-', '_', '/', ':', ' '])?;
    let country = match country {
        "UK" => Place::country("GB"),
        "EL" => Place::country("GR"),
        _ => Place::country(country),
    }?;
    let code = country.code();
    if country.is_leaf() {
        return Some(Suggestion {
            code: Some(code),
            note: format!("ISO 3166 has no subdivisions of {}", country.name_in_sentence()),
        });
    }
    let inside = |place: &Place| *place != country && country.encloses(*place);
    let named: Vec<_> = places_named(rest).iter().copied().filter(inside).collect();
    if let Some(suggestion) = by_name(&named) {
        return Some(suggestion);
    }
    let mut all: Vec<_> = Place::all().filter(inside).collect();
    all.sort_by_key(|place| place.ancestors().count());
    let is_near =
        |place: &Place| place.code().split_once('-').is_some_and(|(_, its)| distance(its, rest) == 1);
    let near: Vec<_> = all.iter().copied().filter(is_near).collect();
    Some(match near.as_slice() {
        [place] => meant(*place),
        near if (2..=A_FEW).contains(&near.len()) => {
            noted(format!("{} has {}", country.name_in_sentence(), some_of(near)))
        }
        _ => noted(format!("{} has {}", country.name_in_sentence(), some_of(&all))),
    })
}

/// The one country whose name is nearly this; short names are too near to others.
fn by_misspelt_name(text: &str) -> Option<Suggestion> {
    let letters = match text.chars().count() {
        5..8 => 1,
        8..64 => 2,
        _ => return None,
    };
    match countries_nearly_named(text, letters).as_slice() {
        [country] => Some(meant(*country)),
        _ => None,
    }
}

/// The codes of a few of them, and how many more there are.
fn some_of(places: &[Place]) -> String {
    let mut codes: Vec<_> = places.iter().take(A_FEW).map(|place| place.code()).collect();
    let more = places.len() - codes.len();
    // "and 1 more" would be longer than the code.
    if more == 1 {
        codes.extend(places.last().map(|place| place.code()));
    }
    if more <= 1 {
        return in_words(&codes);
    }
    let mut list = codes.iter().fold(String::new(), |mut list, code| {
        let _ = write!(list, "`{code}`, ");
        list
    });
    list.truncate(list.len().saturating_sub(2));
    format!("{list} and {more} more")
}

fn in_words(codes: &[&str]) -> String {
    let quoted: Vec<_> = codes.iter().map(|code| format!("`{code}`")).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
