"""Titles and the patterns over them."""

from building import blackout, case, epoch, grant, viewer

A = 'agreement = "a"\n'
JAN = "2026-01-01T00:00:00Z"
JUNE = epoch("2026-06-01")
LONGEST = "acme/" + "x" * 507
DEEPEST = "acme" + "/x" * 254

NO_TITLES = [
    "", "/", "acme", "acme/", "acme//one", "/acme/one", "acme/one/", "acme/../x", "acme/..", "acme/./one", "acme/.",
    "ACME/one", "acme/One", "acme/one two", "acme/one ", " acme/one", "acme/*", "*", "!acme/one", "acme/ø", "acme/\u0131ne",
    "acme/one\n", "acme/one\x00", "acme/one?x=1", "acme/%6fne", "acme\\one", "acme/one#a", "acme/\u212aey", "acme/one:x",
    LONGEST + "x", DEEPEST + "/xy", "acme/" + "é" * 250,
]  # fmt: skip
case(
    "titles-that-are-none",
    A + grant("g", '["acme/*"]', '["*"]', JAN),
    "acme/one @2026-06-01 NO premium = allow a/g",
    [
        *(viewer(title, JUNE, "NO", "premium", hand="deny unknown_title") for title in NO_TITLES),
        viewer(LONGEST, JUNE, "NO", "premium", hand="allow a/g", why="512 bytes"),
        viewer(DEEPEST, JUNE, "NO", "premium", hand="allow a/g", why="512 bytes, 255 segments"),
    ],
)
case(
    "titles-that-are-none-and-a-grant-for-all",
    A + grant("g", '["*"]', '["*"]', JAN) + blackout("b", '["*"]', '["SE"]', JAN),
    """
    acme @2026-06-01 NO premium = allow a/g
    acme @2026-06-01 SE premium = deny blackout a/b
    """,
    [
        viewer(title, JUNE, place, "premium", hand="deny unknown_title", why="`*` is every title, and this is none")
        for title in NO_TITLES
        if title != "acme"
        for place in ("NO", "SE")
    ],
)
case(
    "prefix-and-its-false-friends",
    A + grant("g", '["acme/*"]', '["*"]', JAN),
    """
    acme/one @2026-06-01 NO premium = allow a/g
    acme/one/two/three @2026-06-01 NO premium = allow a/g
    acme/acme,acme/.one,acme/a.b_c-9 @2026-06-01 NO premium
    acme/.one @2026-06-01 NO premium = allow a/g ; a dot begins a name like any other
    acme/... @2026-06-01 NO premium = allow a/g ; three dots are a name
    acme/-_. @2026-06-01 NO premium = allow a/g
    acme @2026-06-01 NO premium = deny unknown_title ; nothing beside it
    acme2/x @2026-06-01 NO premium = deny unknown_title
    acme-one @2026-06-01 NO premium = deny unknown_title
    acme.one/x @2026-06-01 NO premium = deny unknown_title
    acm/e/x @2026-06-01 NO premium = deny unknown_title
    x/acme/one @2026-06-01 NO premium = deny unknown_title
    """,
)
case(
    "prefix-at-depth",
    A + grant("g", '["acme/pilot/season-1/*"]', '["*"]', JAN),
    """
    acme/pilot/season-1/a @2026-06-01 NO premium = allow a/g
    acme/pilot/season-1/a/b/c/d @2026-06-01 NO premium = allow a/g
    acme/pilot/season-1 @2026-06-01 NO premium = deny unknown_title
    acme/pilot/season-10/a @2026-06-01 NO premium = deny unknown_title
    acme/pilot/season-1x @2026-06-01 NO premium = deny unknown_title
    acme/pilot @2026-06-01 NO premium = deny unknown_title
    acme/pilot/season-2/a @2026-06-01 NO premium = deny unknown_title
    """,
)
case(
    "an-id-is-only-itself",
    A + grant("g", '["acme/one", "solo"]', '["*"]', JAN),
    """
    acme/one @2026-06-01 NO premium = allow a/g
    solo @2026-06-01 NO premium = allow a/g
    acme/one/x @2026-06-01 NO premium = deny unknown_title
    acme/on @2026-06-01 NO premium = deny unknown_title
    acme/one1 @2026-06-01 NO premium = deny unknown_title
    solo/x @2026-06-01 NO premium = deny unknown_title
    one @2026-06-01 NO premium = deny unknown_title
    """,
)
case(
    "titles-excluded",
    A + grant("g", '["!acme/pilot", "acme/*", "!acme/kids/*"]', '["*"]', JAN),
    """
    acme/one @2026-06-01 NO premium = allow a/g
    acme/pilot @2026-06-01 NO premium = deny unknown_title
    acme/pilot/x @2026-06-01 NO premium = allow a/g ; the exclusion is that title alone
    acme/kids @2026-06-01 NO premium = allow a/g ; only what is below it is excluded
    acme/kids/x @2026-06-01 NO premium = deny unknown_title
    acme/kids2/x @2026-06-01 NO premium = allow a/g
    """,
)
case(
    "an-exclusion-wins-over-a-longer-pattern",
    A + grant("g", '["acme/kids/one", "!acme/kids/*", "acme/*"]', '["*"]', JAN),
    """
    acme/kids/one @2026-06-01 NO premium = deny unknown_title
    acme/one @2026-06-01 NO premium = allow a/g
    """,
)
case(
    "everything-but",
    A + grant("g", '["*", "!acme/*", "!solo"]', '["*"]', JAN),
    """
    acme @2026-06-01 NO premium = allow a/g
    other/one @2026-06-01 NO premium = allow a/g
    acme/one @2026-06-01 NO premium = deny unknown_title
    solo @2026-06-01 NO premium = deny unknown_title
    solo/x @2026-06-01 NO premium = allow a/g
    """,
)
case(
    "an-exclusion-is-the-rules-own",
    A
    + grant("most", '["acme/*", "!acme/pilot"]', '["NO"]', JAN, "max_height = 1080")
    + grant("pilot", '["acme/pilot"]', '["NO", "SE"]', JAN, "max_height = 480", tiers='["anonymous", "*"]')
    + blackout("b", '["acme/*", "!acme/one"]', '["NO"]', "2026-07-01T00:00:00Z"),
    """
    acme/pilot @2026-06-01 NO - = allow a/pilot until=2026-07-01 h=480
    acme/pilot @2026-06-01 SE premium = allow a/pilot h=480
    acme/one @2026-06-01 NO premium = allow a/most h=1080 ; not blacked out
    acme/two @2026-06-01 NO premium = allow a/most until=2026-07-01 h=1080
    acme/one @2026-06-01 SE premium = deny territory a/most
    acme/pilot,acme/two @2026-07-01|-1,0,1 NO,SE premium,-
    acme/two @2026-07-01|-1,0,1 NO,SE premium,-
    """,
)
case(
    "many-patterns-overlap",
    A
    + grant("all", '["*"]', '["NO"]', JAN, "max_height = 240")
    + grant("acme", '["acme/*"]', '["NO"]', JAN, "max_height = 480")
    + grant("season", '["acme/s1/*"]', '["NO"]', JAN, "max_height = 720")
    + grant("episode", '["acme/s1/e1"]', '["NO"]', JAN, "max_height = 1080"),
    """
    acme/s1/e1 @2026-06-01 NO premium = allow a/episode h=1080
    acme/s1/e2 @2026-06-01 NO premium = allow a/season h=720
    acme/s1 @2026-06-01 NO premium = allow a/acme h=480
    acme @2026-06-01 NO premium = allow a/all h=240
    acme/s1/e1/x @2026-06-01 NO premium = allow a/season h=720
    acme/s1/e1 @2026-06-01 SE premium = deny territory a/episode
    acme @2026-06-01 SE premium = deny territory a/all
    """,
)
