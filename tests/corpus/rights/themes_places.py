"""Where the viewer is, where a territory is, and what is known of both."""

from building import blackout, case, grant

ACME = '["acme/*"]'
A = 'agreement = "a"\n'
JAN = "2026-01-01T00:00:00Z"
ALL_GB = "GB,GB/GB-ENG,GB/GB-MAN,GB/GB-LND,GB/GB-SCT,GB/GB-GLG,GB/GB-WLS,GB/GB-CRF,GB/GB-NIR,GB/GB-BFS"


def places(name, territories, viewers, groups=""):
    """A grant and, for another title, a blackout of the same territories: both sides of what is not known."""
    case(
        name,
        A
        + groups
        + grant("g", ACME, territories, JAN)
        + grant("w", '["dark/*"]', '["*"]', JAN)
        + blackout("b", '["dark/*"]', territories, JAN),
        viewers,
    )


places(
    "a-country",
    '["NO"]',
    """
    acme/one @2026-06-01 NO,NO/NO-03,NO/NO-46 premium = allow a/g
    acme/one @2026-06-01 NO/SE-AB,NO/XX,NO/NO-99,NO/03,NO/no-03,NO/NO premium = allow a/g ; a region that is none is unknown
    acme/one @2026-06-01 SE,SE/NO-03,US,GB premium = deny territory a/g ; the country counts, not the region that is not in it
    acme/one @2026-06-01 -,no,No,XX,ZZ,NOR,578,norway,N,UK,EU premium = deny territory_unknown a/g ; no ISO code: unknown
    acme/one @2026-06-01 -/NO-03,XX/NO-03,no/NO-03 premium = deny territory_unknown a/g ; a region without its country says nothing
    dark/one @2026-06-01 NO,NO/NO-03,-,XX,no premium = deny blackout a/b
    dark/one @2026-06-01 SE,SE/NO-03 premium = allow a/w
    """,
)
places(
    "a-subdivision",
    '["NO-03"]',
    """
    acme/one @2026-06-01 NO/NO-03 premium = allow a/g
    acme/one @2026-06-01 NO,NO/NO-99,NO/SE-AB,NO/no-03,NO/03 premium = deny region_unknown a/g
    acme/one @2026-06-01 NO/NO-11,NO/NO-46,SE,SE/NO-03 premium = deny territory a/g
    acme/one @2026-06-01 -,XX premium = deny territory_unknown a/g
    dark/one @2026-06-01 NO,NO/NO-03,NO/NO-99,- premium = deny blackout a/b
    dark/one @2026-06-01 NO/NO-11,SE premium = allow a/w
    """,
)
places(
    "a-nested-subdivision",
    '["GB-MAN"]',
    """
    acme/one @2026-06-01 GB/GB-MAN premium = allow a/g
    acme/one @2026-06-01 GB/GB-ENG,GB premium = deny region_unknown a/g ; England leaves open where in it
    acme/one @2026-06-01 GB/GB-LND,GB/GB-SCT,GB/GB-GLG premium = deny territory a/g
    dark/one @2026-06-01 GB,GB/GB-ENG,GB/GB-MAN premium = deny blackout a/b
    dark/one @2026-06-01 GB/GB-LND,GB/GB-SCT,NO premium = allow a/w
    """,
)
places(
    "a-subdivision-that-has-more-below-it",
    '["GB-ENG"]',
    f"""
    acme/one @2026-06-01 GB/GB-ENG,GB/GB-MAN,GB/GB-LND,GB/GB-BIR premium = allow a/g
    acme/one @2026-06-01 GB premium = deny region_unknown a/g
    acme/one @2026-06-01 GB/GB-SCT,GB/GB-EDH,GB/GB-NIR premium = deny territory a/g
    acme/one,dark/one @2026-06-01 {ALL_GB} premium
    dark/one @2026-06-01 {ALL_GB},IE,- premium
    """,
)
places(
    "a-country-without-a-nested-subdivision",
    '["GB", "!GB-MAN"]',
    f"""
    acme/one @2026-06-01 GB/GB-LND,GB/GB-SCT,GB/GB-GLG premium = allow a/g
    acme/one @2026-06-01 GB,GB/GB-ENG,GB/GB-XXX premium = deny region_unknown a/g
    acme/one @2026-06-01 GB/GB-MAN,IE premium = deny territory a/g
    dark/one @2026-06-01 GB,GB/GB-ENG,GB/GB-LND,GB/GB-SCT,- premium = deny blackout a/b
    dark/one @2026-06-01 GB/GB-MAN,IE premium = allow a/w
    acme/one @2026-06-01 {ALL_GB} premium
    """,
)
places(
    "an-exclusion-wins-over-a-smaller-inclusion",
    '["GB-MAN", "!GB-ENG", "GB"]',
    f"""
    acme/one @2026-06-01 GB/GB-SCT,GB/GB-EDH,GB/GB-CRF premium = allow a/g
    acme/one @2026-06-01 GB/GB-MAN,GB/GB-ENG,GB/GB-LND premium = deny territory a/g
    acme/one @2026-06-01 GB premium = deny region_unknown a/g
    dark/one @2026-06-01 {ALL_GB},- premium
    """,
)
places(
    "all-subdivisions-are-not-yet-the-country",
    '["GB-ENG", "GB-SCT", "GB-WLS", "GB-NIR"]',
    f"""
    acme/one @2026-06-01 GB premium = deny region_unknown a/g ; no single inclusion certainly holds
    acme/one @2026-06-01 GB/GB-MAN,GB/GB-BFS,GB/GB-SCT premium = allow a/g
    dark/one @2026-06-01 {ALL_GB} premium = deny blackout a/b
    """,
)
places(
    "everywhere",
    '["*"]',
    """
    acme/one @2026-06-01 -,XX,no,NO,GB/GB-MAN,US/US-PR,-/NO-03 premium = allow a/g
    dark/one @2026-06-01 -,XX,no,NO,GB/GB-MAN premium = deny blackout a/b
    """,
)
places(
    "everywhere-but",
    '["!NO", "*", "!GB-MAN", "!US-PR"]',
    f"""
    acme/one @2026-06-01 SE,GB/GB-SCT,US/US-CA,PR,GB/GB-LND premium = allow a/g ; PR is a code of its own beside US-PR
    acme/one @2026-06-01 -,XX premium = deny territory_unknown a/g ; it may be Norway
    acme/one @2026-06-01 NO,NO/NO-03,GB/GB-MAN,US/US-PR premium = deny territory a/g
    acme/one @2026-06-01 GB,GB/GB-ENG,US,US/GB-MAN premium = deny region_unknown a/g
    dark/one @2026-06-01 NO,GB/GB-MAN premium = allow a/w
    dark/one @2026-06-01 {ALL_GB},NO,-,SE,US,US/US-PR premium
    """,
)
places(
    "several-countries-and-parts-of-them",
    '["US-CA", "US-NY", "CA", "!CA-QC", "DE", "FR-IDF", "ES-B", "IT-25"]',
    """
    acme/one @2026-06-01 US/US-CA,US/US-NY,CA/CA-ON,DE,DE/DE-BY,FR/FR-IDF,FR/FR-75C,ES/ES-B,IT/IT-25,IT/IT-MI premium = allow a/g
    acme/one @2026-06-01 US,CA,FR,ES,ES/ES-CT,IT premium = deny region_unknown a/g
    acme/one @2026-06-01 US/US-TX,CA/CA-QC,FR/FR-69,FR/FR-ARA,FR/FR-01,ES/ES-M,ES/ES-MD,NO premium = deny territory a/g
    dark/one @2026-06-01 US,US/US-CA,US/US-TX,CA,CA/CA-QC,FR,FR/FR-75C,FR/FR-69,ES,ES/ES-CT,ES/ES-MD,IT/IT-MI,- premium
    """,
)
places(
    "the-same-twice-is-once",
    '["NO", "NO", "NO-03", "!SE", "!SE"]',
    """
    acme/one @2026-06-01 NO,NO/NO-03,NO/NO-11 premium = allow a/g
    acme/one @2026-06-01 SE,DK premium = deny territory a/g
    """,
)
places(
    "an-inclusion-that-is-excluded-leaves-the-rest",
    '["NO", "SE", "!SE", "DK", "!DK-84"]',
    """
    acme/one @2026-06-01 NO premium = allow a/g
    acme/one @2026-06-01 SE,SE/SE-AB,DK/DK-84 premium = deny territory a/g
    acme/one @2026-06-01 DK premium = deny region_unknown a/g
    dark/one @2026-06-01 NO,SE,DK,DK/DK-84,- premium
    """,
)
places(
    "a-group",
    '["nordics", "DE", "!DK"]',
    """
    acme/one @2026-06-01 NO,SE/SE-AB,DE,FI premium = allow a/g
    acme/one @2026-06-01 DK,DK/DK-84,GB premium = deny territory a/g
    acme/one @2026-06-01 - premium = deny territory_unknown a/g
    dark/one @2026-06-01 NO,DK,DE,GB,- premium
    """,
    '[groups]\nnordics = ["SE", "NO", "DK", "FI", "IS"]\n',
)
places(
    "a-group-that-excludes",
    '["north"]',
    """
    acme/one @2026-06-01 SE,NO/NO-11,DK premium = allow a/g
    acme/one @2026-06-01 NO premium = deny region_unknown a/g
    acme/one @2026-06-01 NO/NO-03,FI premium = deny territory a/g
    dark/one @2026-06-01 NO,NO/NO-11,SE,- premium = deny blackout a/b
    dark/one @2026-06-01 NO/NO-03,FI premium = allow a/w
    """,
    '[groups]\nnorth = ["SE", "NO", "!NO-03", "DK"]\n',
)
places(
    "a-group-is-excluded",
    '["*", "!north"]',
    """
    acme/one @2026-06-01 FI,NO/NO-03,GB/GB-MAN premium = allow a/g ; Oslo is not in the group
    acme/one @2026-06-01 SE,DK,NO/NO-11 premium = deny territory a/g
    acme/one @2026-06-01 NO premium = deny region_unknown a/g
    acme/one @2026-06-01 - premium = deny territory_unknown a/g
    dark/one @2026-06-01 FI,NO/NO-03 premium = deny blackout a/b
    dark/one @2026-06-01 NO,-,XX premium = deny blackout a/b
    dark/one @2026-06-01 SE,NO/NO-11 premium = allow a/w
    """,
    '[groups]\nnorth = ["SE", "NO", "!NO-03", "DK"]\n',
)
places(
    "groups-in-groups",
    '["europe", "!baltics"]',
    f"""
    acme/one @2026-06-01 NO,SE,ES,ES/ES-M,GB/GB-SCT,GB/GB-EDH premium = allow a/g
    acme/one @2026-06-01 EE,LV,LT,DK,GB/GB-MAN,GB/GB-ENG,US premium = deny territory a/g
    acme/one @2026-06-01 GB premium = deny region_unknown a/g
    acme/one,dark/one @2026-06-01 {ALL_GB},DK,IS,EE,- premium
    dark/one @2026-06-01 {ALL_GB},DK,IS,EE,- premium
    """,
    """[groups]
europe = ["north", "south", "britain"]
south = ["ES", "IT", "PT"]
britain = ["GB", "!england"]
england = ["GB-ENG"]
north = ["nordics", "baltics", "!DK"]
nordics = ["SE", "NO", "DK", "FI", "IS"]
baltics = ["EE", "LV", "LT"]
""",
)
places(
    "an-exclusion-in-one-group-is-not-one-in-another",
    '["without-oslo", "without-bergen"]',
    """
    acme/one @2026-06-01 NO/NO-03,NO/NO-46,NO/NO-11 premium = allow a/g
    acme/one @2026-06-01 SE premium = deny territory a/g
    """,
    '[groups]\nwithout-oslo = ["NO", "!NO-03"]\nwithout-bergen = ["NO", "!NO-46"]\n',
)
places(
    "parts-that-make-a-whole-are-not-certain",
    '["without-oslo", "NO-03"]',
    """
    acme/one @2026-06-01 NO/NO-03,NO/NO-11 premium = allow a/g
    acme/one @2026-06-01 NO premium = deny region_unknown a/g ; one inclusion must certainly hold, whatever the others
    dark/one @2026-06-01 NO,NO/NO-03,NO/NO-11,- premium = deny blackout a/b
    """,
    '[groups]\nwithout-oslo = ["NO", "!NO-03"]\n',
)
places(
    "nothing-of-a-country-is-left",
    '["NO", "!everything", "SE"]',
    """
    acme/one @2026-06-01 SE premium = allow a/g
    acme/one @2026-06-01 NO,NO/NO-03 premium = deny territory a/g
    dark/one @2026-06-01 NO,NO/NO-03 premium = allow a/w
    """,
    '[groups]\neverything = ["*", "!SE"]\n',
)
places(
    "a-double-exclusion",
    '["*", "!all-but-norway"]',
    """
    acme/one @2026-06-01 NO,NO/NO-03 premium = allow a/g
    acme/one @2026-06-01 SE,US,GB/GB-MAN premium = deny territory a/g
    acme/one @2026-06-01 - premium = deny territory_unknown a/g
    dark/one @2026-06-01 NO,- premium = deny blackout a/b
    dark/one @2026-06-01 SE premium = allow a/w
    """,
    '[groups]\nall-but-norway = ["*", "!NO"]\n',
)
places(
    "a-group-called-like-a-country",
    '["no"]',
    """
    acme/one @2026-06-01 SE premium = allow a/g
    acme/one @2026-06-01 NO premium = deny territory a/g
    acme/one @2026-06-01 no premium = deny territory_unknown a/g
    """,
    '[groups]\nno = ["SE"]\n"0.a_b-c" = ["FI"]\n',
)
case(
    "shared-groups-and-a-files-own",
    {
        "groups.toml": '[groups]\nnordics = ["SE", "NO", "DK", "FI", "IS"]\nnorth = ["nordics", "!DK"]\n',
        "a.toml": A + '[groups]\nmine = ["north", "EE"]\n' + grant("g", ACME, '["mine"]', JAN),
        "b.toml": 'agreement = "b"\n[groups]\nmine = ["DK"]\n' + grant("g", '["bravo/*"]', '["mine", "north", "!IS"]', JAN),
    },
    """
    acme/one @2026-06-01 NO,SE,IS,EE premium = allow a/g
    acme/one @2026-06-01 DK,LV premium = deny territory a/g
    bravo/one @2026-06-01 NO,DK,DK/DK-84 premium = allow b/g
    bravo/one @2026-06-01 IS,EE premium = deny territory b/g
    """,
)
case(
    "groups-toml-deeper-down-is-a-file-like-any-other",
    {
        "groups.toml": '[groups]\nnordics = ["SE", "NO"]\n',
        "sub/groups.toml": 'agreement = "sub"' + grant("g", ACME, '["nordics"]', JAN),
    },
    """
    acme/one @2026-06-01 NO,SE premium = allow sub/g
    acme/one @2026-06-01 DK premium = deny territory sub/g
    """,
)
case(
    "territory-unknown-does-not-stop-a-grant-for-all",
    A
    + grant("world", ACME, '["*"]', JAN, "until = 2026-07-01T00:00:00Z", "max_height = 480")
    + grant("norway", ACME, '["NO"]', JAN, "max_height = 2160")
    + blackout("b", '["acme/match"]', '["IS"]', "2026-05-01T00:00:00Z", "until = 2026-05-02T00:00:00Z"),
    """
    acme/one @2026-06-01 -,XX premium = allow a/world until=2026-07-01 h=480
    acme/one @2026-06-01 NO premium = allow a/norway h=2160
    acme/one @2026-08-01 - premium = deny expired a/world ; that one got further than the one for Norway
    acme/one @2025-08-01 - premium = deny not_yet a/world from=2026-01-01
    acme/one @2026-06-01 - free = deny tier a/world tiers=premium
    acme/match @2026-04-01 - premium = allow a/world until=2026-05-01 h=480
    acme/match @2026-05-01 - premium = deny blackout a/b from=2026-05-02
    acme/match @2026-05-01 IS premium = deny blackout a/b from=2026-05-02
    acme/match @2026-05-01 NO premium = allow a/norway h=2160
    """,
)
case(
    "region-unknown-still-has-the-countrys-grant",
    A
    + grant("city", ACME, '["GB-MAN"]', JAN, "max_height = 2160")
    + grant("england", ACME, '["GB-ENG"]', JAN, "max_height = 1080")
    + grant("country", ACME, '["GB"]', JAN, "until = 2026-07-01T00:00:00Z", "max_height = 480"),
    """
    acme/one @2026-06-01 GB,GB/GB-SCT,GB/NO-03 premium = allow a/country until=2026-07-01 h=480
    acme/one @2026-06-01 GB/GB-ENG,GB/GB-LND premium = allow a/england h=1080
    acme/one @2026-06-01 GB/GB-MAN premium = allow a/city h=2160
    acme/one @2026-08-01 GB,GB/GB-SCT premium = deny expired a/country
    acme/one @2026-08-01 GB/GB-ENG premium = allow a/england h=1080
    acme/one @2026-06-01 NO premium = deny territory a/city
    """,
)
