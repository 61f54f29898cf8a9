"""Each reason, what is reported with it, and the grant that got furthest."""

from building import blackout, case, grant

ACME = '["acme/*"]'
NO = '["NO"]'
A = 'agreement = "a"\n'
Y26 = ("2026-01-01T00:00:00Z", "until = 2027-01-01T00:00:00Z")

case(
    "every-reason-once",
    A
    + grant("g", ACME, '["NO", "GB-SCT"]', *Y26, 'devices = ["tv"]', "max_height = 1080", "max_streams = 2", "drm = true")
    + blackout("b", '["acme/match"]', NO, "2026-05-01T14:00:00Z", "until = 2026-05-01T17:00:00Z", 'message = "On air"'),
    """
    acme/one @2026-06-01 NO premium tv = allow a/g until=2027-01-01 h=1080 s=2 drm
    acme/one @2026-06-01 GB/GB-SCT premium tv = allow a/g until=2027-01-01 h=1080 s=2 drm
    acme/one @2026-06-01 GB/GB-GLG premium tv = allow a/g until=2027-01-01 h=1080 s=2 drm ; Glasgow lies in Scotland
    other/one @2026-06-01 NO premium tv = deny unknown_title
    acme/one @2026-06-01 - premium tv = deny territory_unknown a/g
    acme/one @2026-06-01 GB premium tv = deny region_unknown a/g
    acme/one @2026-06-01 SE,GB/GB-ENG,GB/GB-MAN premium tv = deny territory a/g
    acme/one @2025-06-01 NO premium tv = deny not_yet a/g from=2026-01-01
    acme/one @2027-06-01 NO premium tv = deny expired a/g
    acme/one @2026-06-01 NO free tv = deny tier a/g tiers=premium
    acme/one @2026-06-01 NO - tv = deny tier a/g tiers=premium ; nobody is logged in
    acme/one @2026-06-01 NO premium mobile,- = deny device a/g
    acme/match @2026-05-01T15:00 NO premium tv = deny blackout a/b from=2026-05-01T17:00 msg=On air
    acme/match @2026-05-01T15:00 GB/GB-SCT premium tv = allow a/g until=2027-01-01 h=1080 s=2 drm
    acme/match @2026-05-01 NO premium tv = allow a/g until=2026-05-01T14:00 h=1080 s=2 drm ; ends when the blackout begins
    """,
)
case(
    "blackout-is-said-only-if-a-grant-matches",
    A
    + grant("g", ACME, NO, *Y26, 'devices = ["tv"]')
    + blackout("b", '["*"]', '["*"]', "2025-01-01T00:00:00Z", "until = 2028-01-01T00:00:00Z"),
    """
    acme/one @2026-06-01 NO premium tv = deny blackout a/b ; the grant has ended when the blackout does
    acme/one @2026-06-01 NO premium mobile = deny device a/g
    acme/one @2026-06-01 NO free tv = deny tier a/g tiers=premium
    acme/one @2026-06-01 SE premium tv = deny territory a/g
    acme/one @2026-06-01 - premium tv = deny territory_unknown a/g
    acme/one @2027-06-01 NO premium tv = deny expired a/g
    acme/one @2025-06-01 NO premium tv = deny not_yet a/g from=2026-01-01 ; never playable: the grant's start is told
    other/one @2026-06-01 NO premium tv = deny unknown_title ; a blackout does not make a title known
    """,
)
case(
    "furthest-territory-before-window",
    A + grant("elsewhere", ACME, '["SE"]', *Y26) + grant("later", ACME, NO, "2028-01-01T00:00:00Z"),
    """
    acme/one @2026-06-01 NO premium tv = deny not_yet a/later from=2028-01-01
    acme/one @2026-06-01 SE premium = allow a/elsewhere until=2027-01-01
    acme/one @2027-06-01 SE premium = deny expired a/elsewhere
    acme/one @2026-06-01 DK premium = deny territory a/later ; of the same caps, the open window counts first
    acme/one @2026-06-01 - premium = deny territory_unknown a/later
    """,
)
case(
    "furthest-window-before-tier",
    A + grant("now", ACME, NO, *Y26, tiers='["gold"]') + grant("then", ACME, NO, "2027-01-01T00:00:00Z", tiers='["silver"]'),
    """
    acme/one @2026-06-01 NO silver = deny tier a/now tiers=gold ; the tier that comes later does not do now
    acme/one @2026-06-01 NO gold = allow a/now until=2027-01-01
    acme/one @2027-01-01|-1 NO gold = allow a/now until=2027-01-01
    acme/one @2027-01-01 NO gold = deny tier a/then tiers=silver
    acme/one @2025-12-31 NO silver = deny not_yet a/then from=2027-01-01
    acme/one @2025-12-31 NO gold = deny not_yet a/now from=2026-01-01
    acme/one @2025-12-31 NO free = deny not_yet a/now from=2026-01-01 ; never: the one that begins first
    """,
)
case(
    "furthest-tier-before-device",
    A
    + grant("on-tv", ACME, NO, *Y26, 'devices = ["tv"]', "max_height = 2160", tiers='["gold"]')
    + grant("on-mobile", ACME, NO, *Y26, 'devices = ["mobile"]', "max_height = 720", tiers='["silver"]')
    + grant("on-cast", ACME, NO, *Y26, 'devices = ["cast"]', "max_height = 480", tiers='["silver"]'),
    """
    acme/one @2026-06-01 NO silver tv = deny device a/on-mobile ; of those that let silver in, the higher cap
    acme/one @2026-06-01 NO gold mobile = deny device a/on-tv
    acme/one @2026-06-01 NO bronze mobile = deny tier a/on-tv tiers=silver ; the first in the order, and only tiers that play on a mobile
    acme/one @2026-06-01 NO bronze tv = deny tier a/on-tv tiers=gold
    acme/one @2026-06-01 NO bronze console = deny tier a/on-tv tiers=gold,silver ; no device fits: all tiers are told
    acme/one @2026-06-01 NO silver cast = allow a/on-cast until=2027-01-01 h=480
    """,
)
case(
    "territory-ties-go-by-the-order-of-allow",
    A
    + grant("a-low", ACME, '["SE"]', *Y26, "max_height = 480")
    + grant("b-high", ACME, '["DK"]', *Y26, "max_height = 1080")
    + grant("c-high-more", ACME, '["FI"]', *Y26, "max_height = 1080", "max_streams = 3")
    + grant("d-high-open-streams", ACME, '["IS"]', *Y26, "max_height = 1080")
    + grant("e-part", ACME, '["GB-SCT"]', *Y26, "max_height = 240"),
    """
    acme/one @2026-06-01 NO premium = deny territory a/b-high ; no limit of streams is the most, then the smaller id
    acme/one @2026-06-01 - premium = deny territory_unknown a/b-high
    acme/one @2026-06-01 GB premium = deny region_unknown a/e-part ; only a grant that could be meant
    acme/one @2026-06-01 GB/GB-ENG premium = deny territory a/b-high
    """,
)
case(
    "expired-the-one-that-ended-last",
    A
    + grant("high", ACME, NO, "2024-01-01T00:00:00Z", "until = 2025-01-01T00:00:00Z", "max_height = 2160")
    + grant("late-a", ACME, NO, "2024-01-01T00:00:00Z", "until = 2025-07-01T00:00:00Z", "max_height = 480")
    + grant("late-b", ACME, NO, "2024-01-01T00:00:00Z", "until = 2025-07-01T00:00:00Z", "max_height = 720"),
    """
    acme/one @2026-06-01 NO premium = deny expired a/late-b
    acme/one @2025-07-01|-1 NO premium = allow a/late-b until=2025-07-01 h=720
    acme/one @2025-07-01|0,1 NO free = deny expired a/late-b
    acme/one @2024-06-01 NO premium = allow a/high until=2025-01-01 h=2160
    """,
)
case(
    "not-yet-wins-over-expired",
    A
    + grant("was", ACME, NO, "2024-01-01T00:00:00Z", "until = 2025-01-01T00:00:00Z", "max_height = 2160")
    + grant("will", ACME, NO, "2027-01-01T00:00:00Z", "max_height = 480"),
    """
    acme/one @2026-06-01 NO premium = deny not_yet a/will from=2027-01-01
    acme/one @2026-06-01 NO free = deny not_yet a/will from=2027-01-01
    acme/one @2025-01-01|-1,0 NO premium
    """,
)
case(
    "not-yet-the-grant-that-counts-then",
    A
    + grant("b-soon", ACME, NO, "2026-01-01T00:00:00Z", "max_height = 480")
    + grant("a-soon", ACME, NO, "2026-01-01T00:00:00Z", "max_height = 480")
    + grant("soon-high", ACME, NO, "2026-01-01T00:00:00Z", "max_height = 720", tiers='["gold"]')
    + grant("later-higher", ACME, NO, "2026-02-01T00:00:00Z", "max_height = 2160"),
    """
    acme/one @2025-06-01 NO premium = deny not_yet a/a-soon from=2026-01-01
    acme/one @2025-06-01 NO gold = deny not_yet a/soon-high from=2026-01-01
    acme/one @2025-06-01 NO free,- = deny not_yet a/soon-high from=2026-01-01 ; never: begins first, then the order of Allow
    acme/one @2026-01-15 NO free = deny tier a/soon-high tiers=gold,premium
    acme/one @2026-02-15 NO free = deny tier a/later-higher tiers=gold,premium
    """,
)
case(
    "not-yet-the-first-fails-by-tier-a-later-one-would-do",
    A
    + grant("gold-first", ACME, NO, "2026-01-01T00:00:00Z", tiers='["gold"]')
    + grant("then-all", ACME, NO, "2026-03-01T00:00:00Z", tiers='["*"]')
    + grant("then-tv", ACME, NO, "2026-02-01T00:00:00Z", 'devices = ["tv"]', tiers='["*"]'),
    """
    acme/one @2025-06-01 NO premium mobile = deny not_yet a/then-all from=2026-03-01
    acme/one @2025-06-01 NO premium tv = deny not_yet a/then-tv from=2026-02-01
    acme/one @2025-06-01 NO gold mobile = deny not_yet a/gold-first from=2026-01-01
    acme/one @2025-06-01 NO - tv = deny not_yet a/gold-first from=2026-01-01 ; never without a login
    acme/one @2026-01-15 NO premium tv = deny tier a/gold-first tiers=gold
    acme/one @2026-02-15 NO premium mobile = deny device a/then-tv ; this one got further than the gold one
    """,
)
case(
    "not-yet-a-blackout-covers-the-start",
    A
    + grant("g", ACME, NO, *Y26)
    + blackout("b", ACME, NO, "2025-12-01T00:00:00Z", "until = 2026-02-01T00:00:00Z")
    + blackout("c", ACME, '["SE"]', "2026-02-01T00:00:00Z", "until = 2026-03-01T00:00:00Z"),
    """
    acme/one @2025-06-01 NO premium = deny not_yet a/g from=2026-02-01
    acme/one @2025-12-15 NO premium = deny not_yet a/g from=2026-02-01 ; the blackout is on, but no grant matches
    acme/one @2026-01-15 NO premium = deny blackout a/b from=2026-02-01
    acme/one @2026-02-01|-1,0,1 NO premium
    acme/one @2026-02-15 NO premium = allow a/g until=2027-01-01 ; the other blackout is for Sweden
    """,
)
case(
    "not-yet-a-blackout-covers-it-all",
    A
    + grant("short", ACME, NO, "2026-01-01T00:00:00Z", "until = 2026-01-08T00:00:00Z", "max_height = 2160")
    + grant("short-too", ACME, NO, "2026-01-01T00:00:00Z", "until = 2026-01-09T00:00:00Z", "max_height = 1080")
    + blackout("b", ACME, NO, "2026-01-01T00:00:00Z", "until = 2026-01-09T00:00:00Z"),
    """
    acme/one @2025-06-01 NO premium = deny not_yet a/short from=2026-01-01
    acme/one @2026-01-01 NO premium = deny blackout a/b
    acme/one @2026-01-09|-1 NO premium = deny blackout a/b
    acme/one @2026-01-09 NO premium = deny expired a/short-too
    """,
)
case(
    "not-yet-an-open-blackout",
    A + grant("g", ACME, '["NO", "SE"]', *Y26) + blackout("b", ACME, NO, "2025-12-01T00:00:00Z", 'message = "Until further notice"'),
    """
    acme/one @2025-06-01 NO premium = deny not_yet a/g from=2026-01-01
    acme/one @2026-06-01 NO premium = deny blackout a/b msg=Until further notice
    acme/one @2027-06-01 NO premium = deny expired a/g
    acme/one @2026-06-01 SE premium = allow a/g until=2027-01-01
    acme/one @2026-06-01 - premium = deny territory_unknown a/g
    """,
)
case(
    "several-agreements",
    {
        "acme.toml": 'agreement = "acme"' + grant("g", ACME, NO, *Y26, "max_height = 720"),
        "nordic/bravo.toml": 'agreement = "bravo"' + grant("g", ACME, '["NO", "SE"]', *Y26, "max_height = 1080", tiers='["family"]'),
        "nordic/deeper/charlie.toml": 'agreement = "charlie"' + blackout("g", '["acme/two"]', '["*"]', "2026-06-01T00:00:00Z"),
        "empty.toml": 'agreement = "nothing-yet"',
    },
    """
    acme/one @2026-03-01 NO premium = allow acme/g until=2027-01-01 h=720
    acme/one @2026-03-01 NO family = allow bravo/g until=2027-01-01 h=1080
    acme/one @2026-03-01 NO free = deny tier bravo/g tiers=family,premium
    acme/one @2026-03-01 SE premium = deny tier bravo/g tiers=family
    acme/two @2026-03-01 NO premium = allow acme/g until=2026-06-01 h=720
    acme/two @2026-06-01 NO premium,family = deny blackout charlie/g
    acme/two @2026-06-01 NO free = deny tier bravo/g tiers=family,premium
    acme/two @2026-06-01 FI,DK family = deny territory bravo/g
    acme/one,acme/two @2026-06-01|-1,0,1 NO,SE,FI,- premium,family,free
    """,
)
case(
    "files-in-dotted-places-are-passed-over",
    {
        "a.toml": A + grant("g", ACME, NO, *Y26),
        ".hidden.toml": 'agreement = "a"\nthis is not even TOML',
        ".old/b.toml": 'agreement = "b"' + grant("g", '["*"]', '["*"]', *Y26, tiers='["*", "anonymous"]'),
        "sub/.c.toml": 'agreement = "c"' + grant("g", '["*"]', '["*"]', *Y26, tiers='["*", "anonymous"]'),
    },
    """
    acme/one @2026-03-01 NO premium = allow a/g until=2027-01-01
    acme/one @2026-03-01 SE premium = deny territory a/g
    other/one @2026-03-01 SE premium = deny unknown_title
    """,
)
case("no-rules-at-all", A, "acme/one @2026-06-01 NO,SE,- premium,- = deny unknown_title")
case(
    "only-a-blackout",
    A + blackout("b", '["*"]', '["*"]', "2026-01-01T00:00:00Z"),
    "acme/one @2026-06-01 NO,- premium,- = deny unknown_title ; no grant speaks of it",
)
case(
    "the-policys-own-tests",
    A
    + 'timezone = "Europe/Oslo"\n'
    + grant("g", ACME, NO, "2026-01-01", "until = 2027-01-01", "max_height = 1080", "drm = true")
    + """
[[expect]]
title = "acme/one"
country = "NO"
region = "NO-03"
tier = "premium"
device = "tv"
at = 2026-01-01
outcome = "allow"
rule = "a/g"
valid_until = 2026-12-31T23:00:00Z
max_height = 1080
drm = true

[[expect]]
title = "acme/one"
country = "NO"
tier = "premium"
at = 2025-12-31T23:59:59
outcome = "not_yet"
available_from = 2026-01-01

[[expect]]
title = "acme/one"
at = 2026-06-01T12:00:00Z
outcome = "territory_unknown"
""",
    """
    acme/one @2025-12-31T23:00|-1 NO/NO-03 premium = deny not_yet a/g from=2025-12-31T23:00
    acme/one @2025-12-31T23:00|0,1 NO/NO-03 premium tv = allow a/g until=2026-12-31T23:00 h=1080 drm
    acme/one @2026-12-31T23:00|-1,0,1 NO premium tv
    """,
)
