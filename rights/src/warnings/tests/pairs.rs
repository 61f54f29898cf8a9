//! Grants beside grants, and blackouts beside grants.

use super::*;

/// Both grants are for everything, but for what the case changes.
struct Pair {
    what: &'static str,
    inner: fn(&mut Grant),
    outer: fn(&mut Grant),
}

fn pair(pair: &Pair) -> Vec<(&'static str, u32)> {
    // The outer one's id is the smaller: of twins, it counts.
    let (mut inner, mut outer) = (grant("a/x"), grant("a/b"));
    (pair.inner)(&mut inner);
    (pair.outer)(&mut outer);
    warned(vec![inner, outer], Vec::new())
}

fn same(_: &mut Grant) {}

#[test]
fn a_grant_is_covered_if_another_lets_in_all_whom_it_lets_in_and_counts() {
    let cases = [
        Pair { what: "twins: the later id", inner: same, outer: same },
        Pair {
            what: "fewer titles",
            inner: |it| it.titles = titles("acme/one"),
            outer: |it| it.titles = titles("acme/*"),
        },
        Pair {
            what: "titles by parts",
            inner: |it| it.titles = titles("acme/* !acme/b/*"),
            outer: |it| it.titles = titles("acme/* beta !acme/b/* !acme/b/c/*"),
        },
        Pair {
            what: "a country's part",
            inner: |it| it.territories = area("GB-ENG"),
            outer: |it| it.territories = area("GB !GB-SCT"),
        },
        Pair {
            what: "the same window",
            inner: |it| it.window = window(0, Some(2_000)),
            outer: |it| it.window = window(0, Some(2_000)),
        },
        Pair { what: "begins later", inner: |it| it.window = window(5, None), outer: same },
        Pair { what: "ends sooner", inner: |it| it.window = window(0, Some(2_000)), outer: same },
        Pair {
            what: "a tier of all",
            inner: |it| it.tiers = tiers("premium"),
            outer: |it| it.tiers = tiers("*"),
        },
        Pair {
            what: "more exclusions",
            inner: |it| it.tiers = tiers("* !free !trial"),
            outer: |it| it.tiers = tiers("* !free"),
        },
        Pair {
            what: "a named tier that is excluded",
            inner: |it| it.tiers = tiers("family free !free"),
            outer: |it| it.tiers = tiers("family"),
        },
        Pair {
            what: "fewer devices",
            inner: |it| it.devices = devices("tv"),
            outer: |it| it.devices = devices("tv cast"),
        },
        Pair {
            what: "lower",
            inner: |it| it.caps.max_height = Some(720),
            outer: |it| it.caps.max_height = Some(1080),
        },
        Pair { what: "fewer streams", inner: |it| it.caps.max_streams = Some(1), outer: same },
        Pair {
            what: "free of DRM but lower",
            inner: |it| it.caps.max_height = Some(720),
            outer: |it| it.caps.drm = true,
        },
        Pair { what: "the later id, though free of DRM", inner: same, outer: |it| it.caps.drm = true },
    ];
    for case in cases {
        assert_eq!(pair(&case), [("grant-covered", 1)], "{}", case.what);
    }
}

#[test]
fn a_grant_that_matches_or_allows_anything_more_is_not_covered() {
    let cases = [
        Pair {
            what: "a title more",
            inner: |it| it.titles = titles("acme/* other"),
            outer: |it| it.titles = titles("acme/*"),
        },
        Pair {
            what: "a title beside the prefix",
            inner: |it| it.titles = titles("acme"),
            outer: |it| it.titles = titles("acme/*"),
        },
        Pair {
            what: "a title that the other excludes",
            inner: |it| it.titles = titles("acme/*"),
            outer: |it| it.titles = titles("acme/* !acme/one"),
        },
        Pair {
            what: "titles below one that both exclude",
            inner: |it| it.titles = titles("acme/* !acme/b"),
            outer: |it| it.titles = titles("* !acme/b !acme/b/*"),
        },
        Pair {
            what: "a place more",
            inner: |it| it.territories = area("NO SE"),
            outer: |it| it.territories = area("NO DK"),
        },
        Pair {
            what: "the region unknown",
            inner: |it| it.territories = area("GB"),
            outer: |it| it.territories = area("GB-ENG GB-SCT GB-WLS GB-NIR"),
        },
        Pair { what: "the country unknown", inner: same, outer: |it| it.territories = area("* !NO") },
        Pair { what: "begins sooner", inner: same, outer: |it| it.window = window(1, None) },
        Pair {
            what: "ends later",
            inner: |it| it.window = window(0, Some(2_001)),
            outer: |it| it.window = window(0, Some(2_000)),
        },
        Pair {
            what: "does not end",
            inner: |it| it.titles = titles("acme"),
            outer: |it| it.window = window(0, Some(2_000)),
        },
        Pair {
            what: "a tier more",
            inner: |it| it.tiers = tiers("free family"),
            outer: |it| it.tiers = tiers("free"),
        },
        Pair { what: "any login", inner: |it| it.tiers = tiers("*"), outer: |it| it.tiers = tiers("free") },
        Pair {
            what: "a tier that the other excludes",
            inner: |it| it.tiers = tiers("free"),
            outer: |it| it.tiers = tiers("* !free"),
        },
        Pair {
            what: "no login",
            inner: |it| it.tiers = tiers("anonymous"),
            outer: |it| it.tiers = tiers("*"),
        },
        Pair {
            what: "a device more",
            inner: |it| it.devices = devices("tv"),
            outer: |it| it.devices = devices("mobile cast"),
        },
        Pair {
            what: "higher",
            inner: |it| {
                it.titles = titles("acme");
                it.caps.max_height = Some(1080);
            },
            outer: |it| it.caps.max_height = Some(720),
        },
        Pair {
            what: "more streams",
            inner: |it| it.titles = titles("acme"),
            outer: |it| it.caps.max_streams = Some(9),
        },
        Pair {
            what: "first by its id, and free of DRM",
            inner: |it| {
                it.titles = titles("acme");
                "a/a".clone_into(&mut it.id);
            },
            outer: |it| it.caps.drm = true,
        },
    ];
    for case in cases {
        // Where the other one is the smaller of both, that is another matter.
        let warned = pair(&case);
        assert!(!warned.contains(&("grant-covered", 1)), "{}: {warned:?}", case.what);
    }
}

#[test]
fn on_the_same_terms_the_first_by_its_id_may_be_the_one_that_is_covered() {
    let wide = grant("a/wide");
    let narrow = Grant { titles: titles("acme/*"), ..grant("a/narrow") };
    let found = warnings(&policy(vec![wide, narrow], Vec::new()), NOW, None);
    assert_eq!(codes(&found), [("grant-covered", 2)]);
    assert_eq!(
        found[0].message,
        "`a/narrow` changes nothing: `a/wide` (a.toml:1) lets in all whom it lets in, on the same terms"
    );
    assert_eq!(
        found[0].help.as_deref(),
        Some("remove it, or narrow `a/wide` if that reaches further than it should")
    );
    assert_eq!(found[0].other, Some(Spot { line: 1, ..spot("a/wide") }));
}

#[test]
fn a_grant_with_other_terms_between_two_keeps_both() {
    // Without `b/1` it would be `b/2` that counts, not `b/3`.
    let strict = Caps { drm: true, ..NO_CAPS };
    let grants = vec![
        Grant { titles: titles("acme"), caps: strict, ..grant("b/1") },
        Grant { titles: titles("acme other"), ..grant("b/2") },
        Grant { caps: strict, ..grant("b/3") },
    ];
    assert_eq!(warned(grants, Vec::new()), []);
}

#[test]
fn what_an_agreement_has_covered_by_another_is_one_warning() {
    let mut grants: Vec<_> =
        (0..30).map(|n| Grant { titles: titles(&format!("t{n}")), ..grant(&format!("b/{n:02}")) }).collect();
    grants.push(grant("a/all"));
    let found = warnings(&policy(grants, Vec::new()), NOW, None);
    assert_eq!(codes(&found), [("grant-covered", 1)]);
    assert_eq!(
        found[0].message,
        "`b/00` changes nothing: `a/all` (a.toml:31) lets in all whom it lets in, and counts before it; so it is with \
         29 more of `b`, beside grants of `a`"
    );
}

#[test]
fn agreements_that_grant_the_same_differently_are_reported_once() {
    let low = Caps { max_height: Some(720), max_streams: Some(1), drm: true };
    let grants = vec![
        Grant { caps: low, territories: area("NO SE"), ..grant("b/one") },
        Grant { titles: titles("acme/*"), territories: area("SE DK"), ..grant("a/one") },
        Grant { titles: titles("beta/*"), territories: area("SE DK"), ..grant("a/two") },
    ];
    let found = warnings(&policy(grants, Vec::new()), NOW, None);
    assert_eq!(codes(&found), [("grants-differ", 1)]);
    assert_eq!(
        found[0].message,
        "`b/one` and `a/one` (a.toml:2) let the same viewers play titles of `acme/*` in Sweden (`SE`), but up to \
         different limits: here 720 lines, 1 stream, only with DRM; there any height, any number of streams, with or \
         without DRM; `a/one` counts; `b` and `a` have 1 more such pair"
    );
    assert_eq!(found[0].other.as_ref().map(|other| other.line), Some(2));
}

#[test]
fn agreements_differ_only_where_a_viewer_is_in_both() {
    type Change = fn(&mut Grant);
    let cases: [(&str, Change, Change, bool); 15] = [
        ("everything", same, same, true),
        ("a title", |it| it.titles = titles("x/a"), |it| it.titles = titles("x/* y"), true),
        (
            "titles beside each other",
            |it| it.titles = titles("x/*"),
            |it| it.titles = titles("x2/* x"),
            false,
        ),
        (
            "titles under an exclusion",
            |it| it.titles = titles("x/* !x/a"),
            |it| it.titles = titles("x/a"),
            false,
        ),
        (
            "titles beside an exclusion",
            |it| it.titles = titles("x/* !x/a"),
            |it| it.titles = titles("x/a x/b"),
            true,
        ),
        ("a region", |it| it.territories = area("GB-MAN"), |it| it.territories = area("GB"), true),
        ("regions", |it| it.territories = area("GB-MAN"), |it| it.territories = area("GB-LND"), false),
        (
            "an excluded region",
            |it| it.territories = area("GB-MAN"),
            |it| it.territories = area("GB !GB-MAN"),
            false,
        ),
        (
            "windows that touch",
            |it| it.window = window(0, Some(2_000)),
            |it| it.window = window(2_000, None),
            false,
        ),
        (
            "windows that overlap",
            |it| it.window = window(0, Some(2_001)),
            |it| it.window = window(2_000, None),
            true,
        ),
        ("one that has ended", |it| it.window = window(0, Some(NOW)), same, false),
        ("other tiers", |it| it.tiers = tiers("free"), |it| it.tiers = tiers("* !free anonymous"), false),
        ("a tier of any", |it| it.tiers = tiers("free"), |it| it.tiers = tiers("*"), true),
        ("other devices", |it| it.devices = devices("tv"), |it| it.devices = devices("mobile"), false),
        ("the same limits", |it| it.caps = NO_CAPS, same, false),
    ];
    for (what, change, other, differ) in cases {
        // Each has a title of its own, so that neither is covered.
        let mut one = Grant { caps: Caps { max_height: Some(720), ..NO_CAPS }, ..grant("a/x") };
        let mut two = grant("b/x");
        change(&mut one);
        other(&mut two);
        one.titles.include.push(pattern("only/a"));
        two.titles.include.push(pattern("only/b"));
        let all = [one.titles.clone(), two.titles.clone()]
            .iter()
            .any(|titles| titles.include.contains(&Pattern::All));
        if all {
            one.titles.exclude.push(pattern("only/b"));
            two.titles.exclude.push(pattern("only/a"));
        }
        let warned = warned(vec![one, two], Vec::new());
        let wanted = usize::from(differ);
        assert_eq!(
            warned.iter().filter(|(code, _)| *code == "grants-differ").count(),
            wanted,
            "{what}: {warned:?}"
        );
    }
}

#[test]
fn what_one_agreement_says_twice_is_its_own_business() {
    let premium = Grant { tiers: tiers("premium"), ..grant("a/premium") };
    let basic = Grant { caps: Caps { max_height: Some(720), ..NO_CAPS }, ..grant("a/basic") };
    assert_eq!(warned(vec![premium, basic], Vec::new()), []);
}

#[test]
fn a_covered_grant_is_not_said_to_differ() {
    let low = Grant { caps: Caps { max_height: Some(720), ..NO_CAPS }, ..grant("b/low") };
    assert_eq!(warned(vec![low, grant("a/high")], Vec::new()), [("grant-covered", 1)]);
}

#[test]
fn a_blackout_that_meets_no_grant_keeps_nobody_out() {
    type ToGrant = fn(&mut Grant);
    type ToBlackout = fn(&mut Blackout);
    let cases: [(&str, ToGrant, ToBlackout, Option<&str>); 13] = [
        ("everything", |_| {}, |_| {}, None),
        ("a title", |it| it.titles = titles("x/*"), |it| it.titles = titles("x/a"), None),
        (
            "titles beside each other",
            |it| it.titles = titles("x/*"),
            |it| it.titles = titles("x"),
            Some("titles"),
        ),
        (
            "an excluded title",
            |it| it.titles = titles("x/* !x/a"),
            |it| it.titles = titles("x/a"),
            Some("titles"),
        ),
        (
            "a country",
            |it| it.territories = area("NO"),
            |it| it.territories = area("SE"),
            Some("territories"),
        ),
        ("the region unknown", |it| it.territories = area("GB"), |it| it.territories = area("GB-MAN"), None),
        ("the country unknown", |_| {}, |it| it.territories = area("GB-MAN"), None),
        (
            "an excluded region",
            |it| it.territories = area("GB !GB-MAN"),
            |it| it.territories = area("GB-MAN"),
            Some("territories"),
        ),
        (
            "regions",
            |it| it.territories = area("GB-LND"),
            |it| it.territories = area("GB-MAN"),
            Some("territories"),
        ),
        (
            "touching",
            |it| it.window = window(0, Some(2_000)),
            |it| it.window = window(2_000, None),
            Some("dates"),
        ),
        ("overlapping", |it| it.window = window(0, Some(2_001)), |it| it.window = window(2_000, None), None),
        (
            "before",
            |it| it.window = window(3_000, None),
            |it| it.window = window(0, Some(3_000)),
            Some("dates"),
        ),
        ("only in the past", |it| it.window = window(0, Some(9)), |it| it.window = window(8, None), None),
    ];
    for (what, to_grant, to_blackout, key) in cases {
        let (mut grant, mut blackout) = (grant("a/grant"), blackout("b/blackout"));
        to_grant(&mut grant);
        to_blackout(&mut blackout);
        let found = warnings(&policy(vec![grant], vec![blackout]), NOW, None);
        let found: Vec<_> = found.iter().filter(|warning| warning.code == "blackout-unused").collect();
        assert_eq!(found.len(), usize::from(key.is_some()), "{what}");
        if let Some(key) = key {
            assert!(found[0].help.as_ref().unwrap().contains(key), "{what}: {:?}", found[0].help);
        }
    }
}

#[test]
fn an_unused_blackout_says_why() {
    let grant = Grant { window: window(0, Some(2_000)), ..grant("a/grant") };
    let blackout = Blackout { window: window(3_000, Some(4_000)), ..blackout("b/derby") };
    let found = warnings(&policy(vec![grant], vec![blackout]), NOW, None);
    assert_eq!(
        found[0].message,
        "`b/derby` keeps nobody out: it holds from 1970-01-01T00:50:00Z until 1970-01-01T01:06:40Z, when no grant for \
         its titles is open there"
    );
    assert_eq!(found[0].help.as_deref(), Some("correct its dates, or remove it"));
}
