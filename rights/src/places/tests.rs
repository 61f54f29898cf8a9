use super::*;
use std::collections::BTreeSet;

fn place(code: &str) -> Place {
    if code == "*" { Place::WORLD } else { Place::parse(code).unwrap_or_else(|| panic!("no {code}")) }
}

/// The same numbers on every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

#[test]
fn the_data_are_whole() {
    assert_eq!(Place::countries().count(), 249);
    assert_eq!(Place::count(), 1 + 249 + 5046);
    assert_eq!(Place::all().count(), usize::from(Place::count()));
    assert_eq!(Place::all().map(Place::code).collect::<BTreeSet<_>>().len(), usize::from(Place::count()));
    assert!(Place::countries().map(Place::code).is_sorted());
    for place in Place::all().skip(1) {
        assert_eq!(Place::parse(place.code()), Some(place));
        assert_eq!(Place::from_index(place.index()), Some(place));
        assert!(!place.name().is_empty() && !place.name().contains(['[', ';']), "{}", place.code());
        let country = place.country_of().unwrap();
        assert!(country.is_country() && place.code().starts_with(country.code()), "{}", place.code());
    }
    for code in table::TAKES_ARTICLE {
        assert!(code == "*" || Place::parse(code).is_some(), "{code}");
    }
}

#[test]
fn the_tree_is_in_preorder() {
    assert_eq!((Place::WORLD.index(), Place::WORLD.end()), (0, Place::count()));
    for place in Place::all() {
        let mut next = place.index() + 1;
        for child in place.children() {
            assert_eq!((child.index(), child.parent()), (next, Some(place)), "{}", child.code());
            next = child.end();
        }
        assert_eq!(next, place.end(), "{}", place.code());
        assert_eq!(place.is_leaf(), place.children().next().is_none());
        assert!(place.encloses(place));
        assert!(place.ancestors().all(|ancestor| ancestor.encloses(place) && !place.encloses(ancestor)));
    }
}

#[test]
fn what_lies_in_what() {
    for (code, above) in [
        ("*", vec![]),
        ("NO", vec!["*"]),
        ("NO-03", vec!["NO", "*"]),
        ("GB-ENG", vec!["GB", "*"]),
        ("GB-MAN", vec!["GB-ENG", "GB", "*"]),
        ("GB-GLG", vec!["GB-SCT", "GB", "*"]),
        ("GB-CRF", vec!["GB-WLS", "GB", "*"]),
        ("GB-BFS", vec!["GB-NIR", "GB", "*"]),
        ("FR-75C", vec!["FR-IDF", "FR", "*"]),
        ("FR-67", vec!["FR-6AE", "FR-GES", "FR", "*"]),
        ("IT-MI", vec!["IT-25", "IT", "*"]),
        ("ES-B", vec!["ES-CT", "ES", "*"]),
        ("BE-VAN", vec!["BE-VLG", "BE", "*"]),
        ("AZ-BAB", vec!["AZ-NX", "AZ", "*"]),
        ("US-CA", vec!["US", "*"]),
        ("PR", vec!["*"]),
    ] {
        assert_eq!(place(code).ancestors().map(Place::code).collect::<Vec<_>>(), above, "{code}");
    }
    let parts: Vec<_> = place("GB").children().map(Place::code).collect();
    assert_eq!(parts, ["GB-ENG", "GB-NIR", "GB-SCT", "GB-WLS"]);
}

#[test]
fn codes_are_exact() {
    for wrong in [
        "", " ", "*", "no", "No", "NO ", " NO", "NOR", "UK", "EU", "XK", "N", "NO-", "NO-3", "NO-99",
        "no-03", "NO_03", "NO03", "-03", "NO-03-01", "AN", "CS", "SU", "YU", "GB-man", "GB-EAW", "GB-UKM",
        "Ñ", "ＮＯ", "#", "Norway",
    ] {
        assert_eq!(Place::parse(wrong), None, "{wrong}");
    }
    assert_eq!(Place::country("NO-03"), None);
    assert_eq!(Place::country("NO").map(Place::code), Some("NO"));
    assert_eq!(Place::from_index(Place::count()), None);
    assert_eq!(Place::from_index(u16::MAX), None);
}

#[test]
fn names_read_well() {
    for (code, name, sentence) in [
        ("*", "world", "the world"),
        ("NO", "Norway", "Norway"),
        ("NO-03", "Oslo", "Oslo"),
        ("GB", "United Kingdom", "the United Kingdom"),
        ("US", "United States", "the United States"),
        ("NL", "Netherlands", "the Netherlands"),
        ("KR", "South Korea", "South Korea"),
        ("VA", "Vatican City", "Vatican City"),
        ("CD", "Democratic Republic of the Congo", "the Democratic Republic of the Congo"),
        ("GB-WLS", "Wales", "Wales"),
        ("LV-016", "Bauskas novads", "Bauskas novads"),
    ] {
        assert_eq!((place(code).name(), &*place(code).name_in_sentence()), (name, sentence), "{code}");
    }
}

#[test]
fn where_a_viewer_is() {
    for (country, region, known) in [
        (None, None, "*"),
        (None, Some("NO-03"), "*"),
        (Some(""), None, "*"),
        (Some("*"), None, "*"),
        (Some("no"), None, "*"),
        (Some("UK"), Some("GB-ENG"), "*"),
        (Some("XK"), None, "*"),
        (Some("T1"), None, "*"),
        (Some("NO-03"), None, "*"),
        (Some("NO-03"), Some("NO-03"), "*"),
        (Some("NO"), None, "NO"),
        (Some("NO"), Some(""), "NO"),
        (Some("NO"), Some("03"), "NO"),
        (Some("NO"), Some("no-03"), "NO"),
        (Some("NO"), Some("NO-99"), "NO"),
        (Some("NO"), Some("SE-AB"), "NO"),
        (Some("NO"), Some("SE"), "NO"),
        (Some("NO"), Some("NO"), "NO"),
        (Some("NO"), Some("*"), "NO"),
        (Some("NO"), Some("NO-03"), "NO-03"),
        (Some("GB"), Some("GB-ENG"), "GB-ENG"),
        (Some("GB"), Some("GB-MAN"), "GB-MAN"),
    ] {
        assert_eq!(Place::of_viewer(country, region).code(), known, "{country:?} {region:?}");
    }
}

#[test]
fn suggestions() {
    for (text, code) in [
        ("UK", "GB"),
        ("FR-GP", "GP"),
        ("US-PR ", "US-PR"),
        ("NL-BQ", "BQ"),
        ("uk", "GB"),
        ("EL", "GR"),
        ("EN", "GB-ENG"),
        ("England", "GB-ENG"),
        ("ENG", "GB-ENG"),
        ("WW", "*"),
        ("all", "*"),
        ("World", "*"),
        ("worldwide", "*"),
        ("USA", "US"),
        ("NOR", "NO"),
        ("gbr", "GB"),
        ("no", "NO"),
        ("No", "NO"),
        ("gb-man", "GB-MAN"),
        ("Germany", "DE"),
        ("NORWAY", "NO"),
        ("oslo", "NO-03"),
        ("Bavaria", "DE-BY"),
        ("cote d'ivoire", "CI"),
        ("Reunion", "RE"),
        ("Turkey", "TR"),
        ("the netherlands", "NL"),
        ("Bristol", "GB-BST"),
        ("Burma", "MM"),
        ("São Paulo", "BR-SP"),
        ("sao paulo", "BR-SP"),
        ("Great Britain", "GB"),
        ("Georgia", "GE"),
        ("NO_03", "NO-03"),
        ("NO03", "NO-03"),
        ("no 03", "NO-03"),
        ("GB/MAN", "GB-MAN"),
        ("US.CA", "US-CA"),
        ("UK-ENG", "GB-ENG"),
        ("UKENG", "GB-ENG"),
        ("GB-London", "GB-LND"),
        ("UK-Manchester", "GB-MAN"),
        ("DD", "DE"),
        ("ZR", "CD"),
        ("TP", "TL"),
        ("BU", "MM"),
        ("Germny", "DE"),
        ("Swedne", "SE"),
        ("Unitd Kingdom", "GB"),
        ("GB-MANC", "GB-MAN"),
        ("AI-01", "AI"),
        (" NO ", "NO"),
    ] {
        assert_eq!(
            suggest(text).and_then(|suggestion| suggestion.code),
            Some(code),
            "{text}: {:?}",
            suggest(text)
        );
    }
}

#[test]
fn what_is_said_where_no_code_is_certain() {
    for (text, note) in [
        (
            "AN",
            "`AN`, the Netherlands Antilles, was withdrawn from ISO 3166; today there is `BQ`, `CW` and `SX`",
        ),
        ("EU", "ISO 3166 has no code for the European Union: make a group of the countries meant"),
        ("xk", "Kosovo has no code in ISO 3166, and a viewer there counts as one whose country is unknown"),
        ("Congo", "`CD` and `CG` go by that name"),
        ("Korea", "`KP` and `KR` go by that name"),
        ("NO-99", "Norway has `NO-03`, `NO-11`, `NO-15`, `NO-18`, `NO-21` and 8 more"),
        ("GB-XYZ", "the United Kingdom has `GB-ENG`, `GB-NIR`, `GB-SCT`, `GB-WLS`, `GB-BAS` and 216 more"),
        ("US-CAL", "the United States has `US-AL` and `US-CA`"),
    ] {
        assert_eq!(suggest(text), Some(Suggestion { code: None, note: note.to_owned() }), "{text}");
    }
    for text in ["", " ", "*", "-", "ZZ", "Z", "Ñ", "É-É", "nordics-and-others", "1", "Middle-earth", "ÆØÅ"]
    {
        assert_eq!(suggest(text).and_then(|suggestion| suggestion.code), None, "{text}");
    }
    assert_eq!(suggest(&"NO-".repeat(100_000)), None);
    for code in ["AN", "CS", "YU", "SU", "DD", "ZR", "TP", "BU"] {
        assert!(suggest(code).unwrap().note.contains("withdrawn"), "{code}");
    }
}

#[test]
fn every_suggested_code_is_one() {
    let mut texts: Vec<String> = (b'A'..=b'Z')
        .flat_map(|one| (b'A'..=b'Z').map(move |two| [one, two]))
        .map(|code| String::from_utf8(code.into()).unwrap())
        .collect();
    texts.extend(Place::all().flat_map(|place| [place.name().to_owned(), place.code().to_lowercase()]));
    for text in texts {
        if let Some(code) = suggest(&text).and_then(|suggestion| suggestion.code) {
            assert!(code == "*" || Place::parse(code).is_some(), "{text}: {code}");
        }
    }
}

/// A list of territories as `LANGUAGE.md` has it: whether it certainly and whether it possibly contains the viewer.
enum Naive {
    Of(Place),
    List(Vec<Naive>, Vec<Naive>),
}

impl Naive {
    fn certainly(&self, viewer: Place) -> bool {
        match self {
            Self::Of(place) => viewer == *place || viewer.ancestors().any(|above| above == *place),
            Self::List(include, exclude) => {
                include.iter().any(|it| it.certainly(viewer)) && !exclude.iter().any(|it| it.possibly(viewer))
            }
        }
    }

    fn possibly(&self, viewer: Place) -> bool {
        match self {
            Self::Of(place) => self.certainly(viewer) || place.ancestors().any(|above| above == viewer),
            Self::List(include, exclude) => {
                include.iter().any(|it| it.possibly(viewer)) && !exclude.iter().any(|it| it.certainly(viewer))
            }
        }
    }

    fn area(&self) -> Area {
        match self {
            Self::Of(place) => Area::of(*place),
            Self::List(include, exclude) => {
                let areas = |list: &[Self]| list.iter().map(Self::area).collect::<Vec<_>>();
                Area::list(&areas(include), &areas(exclude))
            }
        }
    }

    fn random(dice: &mut Dice, from: &[Place], depth: usize) -> Self {
        if depth == 0 || dice.below(3) > 0 {
            return Self::Of(dice.pick(from));
        }
        let mut some = |most: usize| {
            (0..dice.below(most + 1)).map(|_| Self::random(dice, from, depth - 1)).collect::<Vec<_>>()
        };
        Self::List(some(4), some(3))
    }
}

#[test]
fn areas_are_what_the_language_says() {
    let mut dice = Dice(7);
    let viewers: Vec<_> = Place::all()
        .filter(|it| ["*", "GB", "NO", "FR"].contains(&it.country_of().map_or("*", Place::code)))
        .collect();
    let named: Vec<_> =
        ["*", "GB", "GB-ENG", "GB-SCT", "GB-MAN", "GB-LND", "GB-GLG", "NO", "NO-03", "FR", "FR-GES", "FR-67"]
            .map(place)
            .into();
    for round in 0..400 {
        let some =
            |dice: &mut Dice, most| (0..dice.below(most)).map(|_| Naive::random(dice, &named, 2)).collect();
        let list = Naive::List(some(&mut dice, 5), some(&mut dice, 4));
        let area = list.area();
        for viewer in &viewers {
            assert_eq!(area.certainly(*viewer), list.certainly(*viewer), "{round} {}", viewer.code());
            assert_eq!(area.possibly(*viewer), list.possibly(*viewer), "{round} {}", viewer.code());
            assert!(area.possibly(*viewer) || !area.certainly(*viewer), "{round} {}", viewer.code());
        }
    }
}

#[test]
fn laws_of_areas() {
    let everywhere = Area::everywhere();
    assert!(Place::all().all(|place| everywhere.certainly(place) && everywhere.possibly(place)));
    assert!(Place::all().all(|place| !Area::none().certainly(place) && !Area::none().possibly(place)));
    assert!(Area::none().is_empty() && Area::none().is_certainly_empty());
    let [gb, eng, man, no] = ["GB", "GB-ENG", "GB-MAN", "NO"].map(|code| Area::of(place(code)));
    assert!(man.certainly_within(&eng) && eng.certainly_within(&gb) && gb.certainly_within(&everywhere));
    assert!(!gb.certainly_within(&eng) && !gb.certainly_within(&no));
    assert!(man.possibly_within(&eng) && !man.possibly_within(&no));
    assert!(man.meets(&gb) && gb.meets(&man) && !no.meets(&gb) && no.meets(&everywhere));
    // Somebody in Norway is no viewer of a grant for the rest of the world, but a blackout there hits the unknown.
    let elsewhere = Area::list([&everywhere], [&no]);
    assert!(!elsewhere.certainly(Place::WORLD) && elsewhere.possibly(Place::WORLD));
    assert!(!no.meets(&elsewhere));
    let mut both = gb.clone();
    both.union(&no);
    assert_eq!(both, Area::list([&no, &gb], []));
    assert_ne!(both, gb);
    assert!(Area::list([&gb], [&gb]).is_certainly_empty());
    assert!(Area::list([&gb], [&everywhere]).is_empty());
    assert_eq!(man.certain_places().map(Place::code).collect::<Vec<_>>(), ["GB-MAN"]);
    assert_eq!(man.possible_places().map(Place::code).collect::<Vec<_>>(), ["*", "GB", "GB-ENG", "GB-MAN"]);
}

#[test]
fn descriptions() {
    for shortest in [
        vec![],
        vec!["*"],
        vec!["??"],
        vec!["NO"],
        vec!["NO-??"],
        vec!["NO-03"],
        vec!["AI"],
        vec!["*", "!??"],
        vec!["*", "!NO", "!??"],
        vec!["*", "!NO-??"],
        vec!["*", "!GB-MAN", "!GB-ENG-??", "!GB-??", "!??"],
        vec!["GB", "!GB-MAN"],
        vec!["GB", "!GB-MAN", "!GB-ENG-??", "!GB-??"],
        vec!["GB-ENG-??"],
        vec!["GB-MAN", "NO", "SE-??"],
        vec!["GB-ENG", "GB-??"],
        vec!["DK", "NO", "SE", "!SE-AB"],
        vec!["NO", "??"],
    ] {
        let points = Points::from_description(&shortest).unwrap();
        assert_eq!(points.describe(), shortest);
    }
    // Longer ones are shortened.
    for (long, short) in [
        (vec!["NO", "NO-03"], vec!["NO"]),
        (vec!["GB-ENG", "GB-SCT", "GB-WLS", "GB-NIR"], vec!["GB", "!GB-??"]),
        (vec!["GB-ENG", "GB-SCT", "GB-WLS", "GB-NIR", "GB-??"], vec!["GB"]),
        (vec!["*", "!GB-ENG", "!GB-SCT", "!GB-NIR", "!GB-WLS", "!GB-??"], vec!["*", "!GB"]),
        (vec!["!NO", "NO-03", "SE"], vec!["SE"]),
        (vec!["NO", "!*"], vec![]),
    ] {
        assert_eq!(Points::from_description(&long).unwrap().describe(), short, "{long:?}");
    }
    for wrong in
        ["", "!", "?", "???", "NO??", "NO-?", "no", "no-??", "UK", "-??", "!!NO", "**", "*-??", "NO-99"]
    {
        assert_eq!(Points::from_description(&[wrong]), None, "{wrong}");
    }
}

#[test]
fn every_set_of_points_can_be_described() {
    let mut dice = Dice(11);
    let all: Vec<_> = Place::all().collect();
    let nested: Vec<_> =
        place("GB").ancestors().chain(Place::all().filter(|it| place("GB").encloses(*it))).collect();
    for round in 0..150 {
        let mut points = Points::none();
        for _ in 0..dice.below(12) {
            let from = if dice.below(2) == 0 { &all } else { &nested };
            let picked = dice.pick(from);
            match dice.below(3) {
                0 => points.insert(picked),
                1 => Place::all().filter(|it| picked.encloses(*it)).for_each(|it| points.insert(it)),
                _ => {
                    points = Points::that(|it| {
                        points.contains(it) && !picked.encloses(it) || it.index() % 97 == 5
                    });
                }
            }
        }
        let description = points.describe();
        assert_eq!(Points::from_description(&description).as_ref(), Some(&points), "{round} {description:?}");
        assert_eq!(points.iter().collect::<Points>(), points);
        assert!(description.len() <= points.iter().count(), "{round}");
        assert!(description.is_empty() == points.is_empty());
    }
}
