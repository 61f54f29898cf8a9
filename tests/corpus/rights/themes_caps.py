"""Which of several grants counts, and that caps are never mixed."""

from building import blackout, case, grant

ACME = '["acme/*"]'
NO = '["NO"]'
A = 'agreement = "a"\n'
JAN = "2026-01-01T00:00:00Z"

case(
    "caps-are-one-grants",
    A
    + grant("sharp", ACME, NO, JAN, "until = 2026-07-01T00:00:00Z", "max_height = 2160", "max_streams = 1", "drm = true")
    + grant("many", ACME, NO, JAN, "max_height = 720", "max_streams = 10"),
    """
    acme/one @2026-06-01 NO premium = allow a/sharp until=2026-07-01 h=2160 s=1 drm
    acme/one @2026-07-01|-1 NO premium = allow a/sharp until=2026-07-01 h=2160 s=1 drm
    acme/one @2026-07-01 NO premium = allow a/many h=720 s=10
    """,
)
case(
    "caps-none-is-highest",
    A
    + grant("high", ACME, NO, JAN, "max_height = 65535", "max_streams = 65535")
    + grant("open", ACME, NO, JAN, "until = 2026-07-01T00:00:00Z", "max_streams = 1", "drm = true"),
    """
    acme/one @2026-06-01 NO premium = allow a/open until=2026-07-01 s=1 drm
    acme/one @2026-07-01 NO premium = allow a/high h=65535 s=65535
    """,
)
case(
    "caps-smallest",
    A + grant("g", ACME, NO, JAN, "max_height = 1", "max_streams = 1", "drm = false"),
    "acme/one @2026-06-01 NO premium = allow a/g h=1 s=1",
)
case(
    "tie-by-streams",
    A
    + grant("a", ACME, NO, JAN, "max_height = 1080", "max_streams = 2")
    + grant("b", ACME, NO, JAN, "until = 2026-07-01T00:00:00Z", "max_height = 1080", "max_streams = 3")
    + grant("c", '["acme/open"]', NO, JAN, "until = 2026-07-01T00:00:00Z", "max_height = 1080"),
    """
    acme/one @2026-06-01 NO premium = allow a/b until=2026-07-01 h=1080 s=3
    acme/open @2026-06-01 NO premium = allow a/c until=2026-07-01 h=1080
    acme/one @2026-07-01 NO premium = allow a/a h=1080 s=2
    acme/one @2025-06-01 NO premium = deny not_yet a/b from=2026-01-01
    acme/one @2026-06-01 SE premium = deny territory a/b
    """,
)
case(
    "tie-by-until",
    A
    + grant("a", ACME, NO, JAN, "until = 2026-07-01T00:00:00Z", "max_height = 1080")
    + grant("b", ACME, NO, JAN, "until = 2026-07-01T00:00:01Z", "max_height = 1080", "drm = true")
    + grant("c", '["acme/open"]', NO, "2026-05-01T00:00:00Z", "max_height = 1080"),
    """
    acme/one @2026-06-01 NO premium = allow a/b until=2026-07-01T00:00:01 h=1080 drm
    acme/open @2026-06-01 NO premium = allow a/c h=1080
    acme/open @2026-04-01 NO premium = allow a/b until=2026-07-01T00:00:01 h=1080 drm ; until its own end, though a better one begins
    """,
)
case(
    "tie-by-id-in-byte-order",
    {
        "one.toml": 'agreement = "a-b"' + grant("x", ACME, NO, JAN) + grant("y", '["acme/y"]', NO, JAN),
        "two.toml": 'agreement = "a.b"' + grant("a", ACME, NO, JAN),
        "three.toml": 'agreement = "a"' + grant("z", '["acme/y"]', NO, JAN),
        "four.toml": 'agreement = "a10"' + grant("a", '["acme/ten"]', NO, JAN),
        "five.toml": 'agreement = "a9"' + grant("a", '["acme/ten"]', '["NO", "SE"]', JAN),
        "six.toml": 'agreement = "9"' + grant("a", '["acme/nine"]', NO, JAN) + grant("a_", '["acme/nine"]', '["SE"]', JAN),
    },
    """
    acme/one @2026-06-01 NO premium = allow a-b/x ; `-` comes before `.`
    acme/y @2026-06-01 NO premium = allow a-b/x ; and both before `/`, so that of a/z comes after a-b/x
    acme/ten @2026-06-01 NO premium = allow a-b/x
    acme/ten @2026-06-01 SE premium = allow a9/a
    acme/nine @2026-06-01 NO premium = allow 9/a
    acme/nine @2026-06-01 DK premium = deny territory 9/a
    acme/ten @2026-06-01 DK premium = deny territory a-b/x ; 1 before 9, and `-` before both
    """,
)
case(
    "the-order-of-rules-never-matters",
    {
        "z.toml": 'agreement = "z"' + grant("low", ACME, NO, JAN, "max_height = 480") + grant("high", ACME, NO, JAN, "max_height = 2160"),
        "a.toml": 'agreement = "a"' + grant("high", ACME, NO, JAN, "max_height = 2160") + grant("low", ACME, NO, JAN, "max_height = 480"),
    },
    "acme/one @2026-06-01 NO premium = allow a/high h=2160",
)
case(
    "the-better-grant-is-for-another-tier",
    A
    + grant("gold", ACME, NO, JAN, "max_height = 2160", "max_streams = 4", tiers='["gold"]')
    + grant("login", ACME, NO, JAN, "max_height = 1080", "max_streams = 2", tiers='["*", "!free"]')
    + grant("all", ACME, NO, JAN, "max_height = 480", "max_streams = 1", tiers='["*", "anonymous"]'),
    """
    acme/one @2026-06-01 NO gold = allow a/gold h=2160 s=4
    acme/one @2026-06-01 NO silver = allow a/login h=1080 s=2
    acme/one @2026-06-01 NO free,- = allow a/all h=480 s=1
    """,
)
case(
    "valid-until-is-the-counting-grants",
    A
    + grant("short", ACME, NO, JAN, "until = 2026-06-02T00:00:00Z", "max_height = 2160")
    + grant("long", ACME, NO, JAN, "until = 2030-01-01T00:00:00Z", "max_height = 1080")
    + grant("shorter", ACME, NO, JAN, "until = 2026-06-01T12:00:00Z", "max_height = 480")
    + blackout("b", ACME, NO, "2026-06-05T00:00:00Z", "until = 2026-06-06T00:00:00Z")
    + blackout("c", ACME, NO, "2026-06-04T00:00:00Z", "until = 2026-06-04T12:00:00Z"),
    """
    acme/one @2026-06-01 NO premium = allow a/short until=2026-06-02 h=2160
    acme/one @2026-06-02 NO premium = allow a/long until=2026-06-04 h=1080
    acme/one @2026-06-04 NO premium = deny blackout a/c from=2026-06-04T12:00
    acme/one @2026-06-04T12:00 NO premium = allow a/long until=2026-06-05 h=1080
    acme/one @2026-06-05T12:00 NO premium = deny blackout a/b from=2026-06-06
    acme/one @2026-06-06 NO premium = allow a/long until=2030-01-01 h=1080
    acme/one @2026-06-02|-1,1 NO,SE premium,free
    """,
)
