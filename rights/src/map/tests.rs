mod data;
mod xml;

use super::*;
use xml::Element;

fn country(code: &str, shade: Shade) -> Country<'_> {
    Country { code, shade, mixed: None, says: format!("says {code}") }
}

fn sheet(countries: Vec<Country<'_>>) -> Sheet<'_> {
    Sheet {
        title: "vod/some-film",
        subtitle: "at 2027-03-14T20:00:00Z",
        footnote: "policy sha256:00",
        countries,
        unknown_country: (Shade::Never, "nothing is granted to the whole world".to_owned()),
        exceptions: Vec::new(),
    }
}

fn one_of_each() -> Vec<Country<'static>> {
    ["NO", "SE", "DK", "FI", "IS", "MT"]
        .into_iter()
        .zip(Shade::ALL)
        .map(|(code, shade)| country(code, shade))
        .collect()
}

/// Draws, and insists that it is XML of which nothing leads out or runs.
fn drawn(sheet: &Sheet<'_>) -> Vec<Element> {
    let svg = draw(sheet);
    let elements = xml::read(&svg).unwrap_or_else(|wrong| panic!("{wrong} in {svg:.300}"));
    for element in &elements {
        let known =
            ["svg", "title", "desc", "style", "defs", "pattern", "rect", "path", "circle", "g", "text"];
        assert!(known.contains(&element.name.as_str()), "{element:?}");
        for (key, value) in &element.attributes {
            assert!(!key.starts_with("on") && !key.contains("href") && key != "style", "{element:?}");
            assert!(!value.contains(':') || key == "xmlns", "{element:?}");
            if let Some(id) = value.strip_prefix("url(#").and_then(|rest| rest.strip_suffix(')')) {
                let defined = elements.iter().filter(|other| other.attribute("id") == Some(id)).count();
                assert_eq!(defined, 1, "{id}");
            } else {
                assert!(!value.contains("url"), "{element:?}");
            }
        }
    }
    elements
}

/// What a country is filled with, wherever it is drawn; and its tooltip.
fn fill_and_tooltip(elements: &[Element], code: &str) -> (String, String) {
    let mut found: Vec<(String, String)> = elements
        .iter()
        .filter(|element| element.name == "title" && element.text.contains(&format!(" ({code}): ")))
        .map(|element| (element.fill.clone(), element.text.clone()))
        .collect();
    found.dedup();
    assert_eq!(found.len(), 1, "{code}: {found:?}");
    found.remove(0)
}

fn texts(elements: &[Element]) -> Vec<&str> {
    elements.iter().filter(|element| element.name == "text").map(|element| element.text.as_str()).collect()
}

/// The legend's shades with their counts.
fn legend(elements: &[Element]) -> Vec<(&str, &str)> {
    let texts = texts(elements);
    texts
        .windows(2)
        .filter(|pair| pair[1].ends_with(" countries") || pair[1] == "1 country")
        .map(|pair| (pair[0], pair[1]))
        .collect()
}

#[test]
fn every_shade_has_its_own_fill_and_the_legend_the_same() {
    let elements = drawn(&sheet(one_of_each()));
    let mut fills = Vec::new();
    for country in one_of_each() {
        let (fill, tooltip) = fill_and_tooltip(&elements, country.code);
        assert!(tooltip.ends_with(&format!("says {}", country.code)), "{tooltip}");
        let swatches = elements.iter().filter(|element| element.name == "rect" && element.fill == fill);
        assert!(swatches.count() > 0, "{:?}", country.shade);
        assert!(!fills.contains(&fill), "{fill}");
        fills.push(fill);
    }
}

#[test]
fn shades_differ_in_lightness_too() {
    let mut lightness: Vec<f64> = Shade::ALL
        .iter()
        .map(|shade| {
            let channel = |at: usize| {
                let value =
                    f64::from(u8::from_str_radix(shade.colour().get(at..at + 2).unwrap(), 16).unwrap())
                        / 255.0;
                if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
            };
            116.0 * (0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)).cbrt() - 16.0
        })
        .collect();
    lightness.sort_by(f64::total_cmp);
    assert!(lightness.windows(2).all(|pair| pair[1] - pair[0] > 6.0), "{lightness:?}");
}

#[test]
fn the_legend_counts_every_country() {
    let all_but_the_sixth = [
        ("Allowed", "0 countries"),
        ("Not yet", "0 countries"),
        ("Expired", "0 countries"),
        ("Blacked out", "0 countries"),
        ("Never", "249 countries"),
    ];
    assert_eq!(legend(&drawn(&sheet(Vec::new()))), all_but_the_sixth);

    let elements = drawn(&sheet(one_of_each()));
    let expected = [
        ("Allowed", "1 country"),
        ("Not yet", "1 country"),
        ("Expired", "1 country"),
        ("Blacked out", "1 country"),
        ("Other tier or device", "1 country"),
        ("Never", "244 countries"),
    ];
    assert_eq!(legend(&elements), expected);
    let described = elements.iter().find(|element| element.name == "desc").unwrap();
    assert!(described.text.contains("Allowed: 1 country, "), "{}", described.text);

    let everywhere = data::CODES.split_whitespace().map(|code| country(code, Shade::Allowed)).collect();
    assert_eq!(legend(&drawn(&sheet(everywhere)))[0], ("Allowed", "249 countries"));
}

#[test]
fn what_is_no_country_is_passed_over() {
    for code in ["", "no", "XK", "XX", "NOR", "GB-ENG", "size", "sea", "none", "<g>", "\0"] {
        let elements = drawn(&sheet(vec![country(code, Shade::Allowed)]));
        assert_eq!(legend(&elements)[0], ("Allowed", "0 countries"), "{code:?}");
        assert!(!elements.iter().any(|element| element.text.contains("says")), "{code:?}");
    }
}

#[test]
fn of_a_country_that_comes_twice_the_first_counts() {
    let elements = drawn(&sheet(vec![country("NO", Shade::Expired), country("NO", Shade::Allowed)]));
    assert_eq!(legend(&elements)[2], ("Expired", "1 country"));
    assert_eq!(legend(&elements)[0], ("Allowed", "0 countries"));
}

#[test]
fn a_missing_country_is_never() {
    let elements = drawn(&sheet(vec![country("NO", Shade::Allowed)]));
    let (fill, tooltip) = fill_and_tooltip(&elements, "FR");
    assert_eq!((fill.as_str(), tooltip.as_str()), (Shade::Never.colour(), "France (FR): never"));
}

#[test]
fn a_country_of_two_shades_is_striped_and_counted_once() {
    let mut us = country("US", Shade::Allowed);
    us.mixed = Some(Shade::OtherTierOrDevice);
    let mut gb = country("GB", Shade::Allowed);
    gb.mixed = Some(Shade::Allowed);
    let elements = drawn(&sheet(vec![us, gb, country("NO", Shade::Allowed)]));
    let striped = fill_and_tooltip(&elements, "US").0;
    assert_eq!(striped, "url(#playgate-allowed-and-other-tier-or-device)");
    assert_eq!(fill_and_tooltip(&elements, "GB").0, fill_and_tooltip(&elements, "NO").0);
    assert_eq!(legend(&elements)[0], ("Allowed", "3 countries"));
    assert!(legend(&elements).contains(&("Other tier or device", "0 countries")), "the stripes need it");
    let note = "Striped in two shades: a part of the country differs (1 country)";
    assert!(texts(&elements).contains(&note));

    let plain = drawn(&sheet(one_of_each()));
    assert!(!texts(&plain).iter().any(|text| text.starts_with("Striped")));
}

#[test]
fn every_pair_of_shades_can_be_drawn() {
    for shade in Shade::ALL {
        for mixed in Shade::ALL {
            let striped = Country { mixed: Some(mixed), ..country("NO", shade) };
            let dot = Country { mixed: Some(mixed), ..country("MT", shade) };
            let elements = drawn(&sheet(vec![striped, dot]));
            assert_eq!(fill_and_tooltip(&elements, "NO").0, fill_and_tooltip(&elements, "MT").0);
        }
    }
}

#[test]
fn the_unknown_country_has_a_line() {
    let mut sheet = sheet(Vec::new());
    let line = "Viewers whose country is not known: nothing is granted to the whole world";
    assert!(texts(&drawn(&sheet)).contains(&line));
    sheet.unknown_country = (Shade::BlackedOut, String::new());
    assert!(texts(&drawn(&sheet)).contains(&"Viewers whose country is not known: blacked out"));
}

#[test]
fn exceptions_are_limited() {
    for (given, written, last) in [
        (0, 0, None),
        (1, 1, Some("exception 1")),
        (4, 4, Some("exception 4")),
        (5, 5, Some("exception 5")),
        (24, 24, Some("exception 24")),
        (25, 24, Some("and 1 more")),
        (36, 24, Some("and 12 more")),
    ] {
        let mut sheet = sheet(Vec::new());
        sheet.exceptions = (1..=given).map(|number| format!("exception {number}")).collect();
        let elements = drawn(&sheet);
        let texts = texts(&elements);
        assert_eq!(texts.iter().filter(|text| text.starts_with("exception ")).count(), written);
        assert_eq!(texts.contains(&"Exceptions"), given > 0);
        // The last line is the footnote.
        assert_eq!(last, (given > 0).then(|| texts[texts.len() - 2]));
    }
}

#[test]
fn hostile_text_is_harmless() {
    for hostile in [
        "<script>alert(1)</script>",
        "</title></text></svg><script>",
        "]]>",
        "<![CDATA[",
        "<!--",
        "-->",
        "&",
        "&amp;&#0;&lol;",
        "\"onload=\"x' onload='x",
        "\0\u{1}\u{8}\u{b}\u{1b}[31m\u{7f}\u{85}\u{9f}",
        "\u{202e}\u{200f}\u{2066}\u{2028}\u{feff}\u{fffe}\u{ffff}",
        "\r\n\t",
        "url(#x)",
        "𝕏 東京 🎬 é",
    ] {
        let mut sheet = sheet(vec![Country { says: hostile.to_owned(), ..country("NO", Shade::Allowed) }]);
        (sheet.title, sheet.subtitle, sheet.footnote) = (hostile, hostile, hostile);
        sheet.unknown_country.1 = hostile.to_owned();
        sheet.exceptions = vec![hostile.to_owned(); 30];
        let plain = text::clean(hostile);
        let elements = drawn(&sheet);
        let said = if plain.is_empty() { "allowed" } else { plain.as_str() };
        assert_eq!(fill_and_tooltip(&elements, "NO").1, format!("Norway (NO): {said}"));
        assert!(plain.is_empty() || texts(&elements).contains(&plain.as_str()), "{hostile:?}");
    }
}

#[test]
fn long_text_stays_on_the_page() {
    for long in ["W".repeat(3000), "a word ".repeat(1000), "東".repeat(2000)] {
        let mut sheet = sheet(Vec::new());
        (sheet.title, sheet.subtitle, sheet.footnote) = (&long, &long, &long);
        sheet.unknown_country.1.clone_from(&long);
        sheet.exceptions = vec![long.clone(); 30];
        let elements = drawn(&sheet);
        let svg = elements.last().unwrap();
        let (width, height) = (3000, svg.attribute("height").unwrap().parse::<u32>().unwrap() * 2);
        let mut cut = 0;
        for element in elements.iter().filter(|element| element.name == "text") {
            let number = |name| element.attribute(name).unwrap().parse::<u32>().unwrap();
            let letters = u32::try_from(element.text.chars().count()).unwrap();
            // Of DejaVu Sans, which is as wide as such typefaces get.
            let is_bold = element.attribute("font-weight").is_some();
            let widest = match (long.starts_with('a'), is_bold) {
                (true, _) => 50,
                (false, false) => 99,
                (false, true) => 111,
            };
            let right = number("x") + letters * number("font-size") * widest / 100;
            assert!(letters < 36 || right <= width, "{right}: {}", element.text);
            assert!(number("y") < height);
            cut += usize::from(element.text.ends_with('…'));
        }
        assert_eq!(cut, 4 + 24, "{long:.9}");
    }
}

#[test]
fn the_same_sheet_gives_the_same_bytes() {
    let mut countries = one_of_each();
    let first = draw(&sheet(countries.clone()));
    assert_eq!(first, draw(&sheet(countries.clone())));
    countries.reverse();
    assert_eq!(first, draw(&sheet(countries)), "whatever the order of the countries");
}

#[test]
fn it_is_a_picture_with_a_name_and_a_background() {
    let elements = drawn(&sheet(one_of_each()));
    let svg = elements.last().unwrap();
    assert_eq!((svg.name.as_str(), svg.attribute("role")), ("svg", Some("img")));
    let named =
        |id| elements.iter().find(|element| element.attribute("id") == Some(id)).unwrap().text.as_str();
    assert_eq!(named("playgate-title"), "vod/some-film");
    assert!(named("playgate-desc").starts_with("at 2027-03-14T20:00:00Z. World map. "));

    let view = svg.attribute("viewBox").unwrap().strip_prefix("0 0 3000 ").unwrap();
    let background =
        elements.iter().find(|element| element.name == "rect" && element.within == ["svg"]).unwrap();
    assert_eq!(background.attribute("height"), Some(view));
    assert_eq!((background.attribute("width"), background.fill.as_str()), (Some("3000"), "#ffffff"));
}
