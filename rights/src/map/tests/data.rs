//! The outlines themselves.

use crate::map::world::World;

/// ISO 3166-1 alpha-2, all that are assigned.
pub(super) const CODES: &str = "
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT
BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH
ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT
HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS
LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI
NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG
SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG
UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

/// The corners of a path of rings, absolute.
fn rings(path: &str) -> Vec<Vec<(i32, i32)>> {
    let mut rings = Vec::new();
    let (mut x, mut y) = (0, 0);
    for ring in path.split_terminator('z') {
        let spaced = ring.strip_prefix('m').unwrap().replace('-', " -");
        let numbers: Vec<i32> = spaced.split_whitespace().map(|number| number.parse().unwrap()).collect();
        let mut corners = Vec::new();
        let (mut corner_x, mut corner_y) = (x, y);
        for step in numbers.chunks(2) {
            (corner_x, corner_y) = (corner_x + step[0], corner_y + step[1]);
            corners.push((corner_x, corner_y));
        }
        (x, y) = corners[0];
        rings.push(corners);
    }
    rings
}

#[test]
fn every_country_is_there_once() {
    let world = World::built_in();
    let codes: Vec<&str> = world.outlines.iter().map(|outline| outline.code).collect();
    let expected: Vec<&str> = CODES.split_whitespace().collect();
    assert_eq!(expected.len(), 249);
    assert_eq!(codes, expected);
}

#[test]
fn every_country_has_a_name_of_its_own_and_can_be_seen() {
    let world = World::built_in();
    let mut names: Vec<&str> = world.outlines.iter().map(|outline| outline.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 249);
    for outline in &world.outlines {
        assert!(outline.name.len() > 3 && outline.name.len() < 48, "{outline:?}");
        if let Some((x, y)) = outline.dot {
            let (x, y): (u32, u32) = (x.parse().unwrap(), y.parse().unwrap());
            assert!(x < world.width && y < world.height, "{outline:?}");
        } else {
            let area: i32 = rings(outline.path)
                .iter()
                .map(|ring| {
                    let next = ring.iter().cycle().skip(1);
                    ring.iter().zip(next).map(|(a, b)| a.0 * b.1 - b.0 * a.1).sum::<i32>().abs() / 2
                })
                .sum();
            assert!(area > 40, "{}: {area}", outline.code);
        }
    }
    assert!(world.sea.starts_with('M') && world.grid.starts_with('M'));
    assert!(world.radius.parse::<f32>().unwrap() > 2.0);
    assert!(!rings(world.no_code).is_empty());
}

#[test]
fn shapes_stay_on_the_map_and_no_line_crosses_it() {
    let world = World::built_in();
    let (width, height) = (i32::try_from(world.width).unwrap(), i32::try_from(world.height).unwrap());
    for outline in &world.outlines {
        for ring in rings(outline.path) {
            assert!(ring.len() > 2, "{}", outline.code);
            for (a, b) in ring.iter().zip(ring.iter().cycle().skip(1)) {
                assert!((0..=width).contains(&a.0) && (0..=height).contains(&a.1), "{}: {a:?}", outline.code);
                // The longest straight line is the 49th parallel.
                let is_lower_edge = a.1 == height && b.1 == height;
                let length = (a.0 - b.0).abs().max((a.1 - b.1).abs());
                assert!(length < 200 || is_lower_edge, "{}: {a:?} to {b:?}", outline.code);
            }
        }
    }
}

#[test]
fn territories_with_a_code_of_their_own_are_not_in_their_parents_shape() {
    let world = World::built_in();
    let reach = |code: &str| {
        let outline = world.outlines.iter().find(|outline| outline.code == code).unwrap();
        let corners: Vec<(i32, i32)> = rings(outline.path).concat();
        let across: Vec<i32> = corners.iter().map(|corner| corner.0).collect();
        let down: Vec<i32> = corners.iter().map(|corner| corner.1).collect();
        (
            *across.iter().max().unwrap() - *across.iter().min().unwrap(),
            *down.iter().max().unwrap() - *down.iter().min().unwrap(),
        )
    };
    for (code, widest, highest) in [
        ("FR", 120, 100),
        ("NL", 40, 40),
        ("NO", 180, 140),
        ("GF", 40, 50),
        ("UA", 160, 80),
        ("DK", 80, 50),
        ("RS", 50, 60),
        ("CY", 25, 20),
    ] {
        let (width, height) = reach(code);
        assert!(width <= widest && height <= highest, "{code}: {width} by {height}");
    }
}
