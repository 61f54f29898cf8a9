"""Windows, blackouts, and local times."""

from building import blackout, case, grant

ACME = '["acme/*"]'
NO = '["NO"]'
A = 'agreement = "a"\n'

case(
    "window-edges",
    A + grant("g", ACME, NO, "2026-01-01T00:00:00Z", "until = 2026-02-01T00:00:00Z"),
    """
    acme/one @2026-01-01|-1 NO premium = deny not_yet a/g from=2026-01-01
    acme/one @2026-01-01|0,1 NO premium = allow a/g until=2026-02-01
    acme/one @2026-02-01|-1 NO premium = allow a/g until=2026-02-01
    acme/one @2026-02-01|0,1 NO premium = deny expired a/g
    """,
)
case(
    "window-of-one-second",
    A + grant("g", ACME, NO, "2026-01-01T00:00:00Z", "until = 2026-01-01T00:00:01Z"),
    """
    acme/one @2026-01-01|-1 NO premium = deny not_yet a/g from=2026-01-01
    acme/one @2026-01-01 NO premium = allow a/g until=2026-01-01T00:00:01
    acme/one @2026-01-01|1,2 NO premium = deny expired a/g
    """,
)
case(
    "window-open",
    A + grant("g", ACME, NO, "2026-01-01T00:00:00Z"),
    """
    acme/one @2026-01-01|-1 NO premium = deny not_yet a/g from=2026-01-01
    acme/one @2026-01-01|0,1 NO premium = allow a/g
    acme/one @9999-12-31T23:59:59 NO premium = allow a/g ; the last second there is
    """,
)
case(
    "window-open-next-to-one-that-ends",
    A
    + grant("ends", ACME, NO, "2026-01-01T00:00:00Z", "until = 2026-02-01T00:00:00Z", "max_height = 1080")
    + grant("stays", ACME, NO, "2026-01-01T00:00:00Z", "max_height = 720"),
    """
    acme/one @2026-01-15 NO premium = allow a/ends until=2026-02-01 h=1080 ; valid until the better one ends
    acme/one @2026-02-01|-1 NO premium = allow a/ends until=2026-02-01 h=1080
    acme/one @2026-02-01 NO premium = allow a/stays h=720
    """,
)
case(
    "windows-that-touch",
    A
    + grant("one", ACME, NO, "2026-01-01T00:00:00Z", "until = 2026-02-01T00:00:00Z")
    + grant("two", ACME, NO, "2026-02-01T00:00:00Z", "until = 2026-03-01T00:00:00Z"),
    """
    acme/one @2026-02-01|-1 NO premium = allow a/one until=2026-02-01
    acme/one @2026-02-01|0,1 NO premium = allow a/two until=2026-03-01
    acme/one @2026-01-01|-1,0,1 NO premium,free
    acme/one @2026-03-01|-1,0,1 NO premium,free
    """,
)
case(
    "window-gap",
    A
    + grant("one", ACME, NO, "2026-01-01T00:00:00Z", "until = 2026-02-01T00:00:00Z")
    + grant("two", ACME, NO, "2026-02-01T00:00:01Z", "until = 2026-03-01T00:00:00Z"),
    """
    acme/one @2026-02-01 NO premium = deny not_yet a/two from=2026-02-01T00:00:01
    acme/one @2026-02-01 NO free = deny not_yet a/two from=2026-02-01T00:00:01
    acme/one @2026-02-01|-1,1,2 NO premium,free
    """,
)
case(
    "far-dates",
    A
    + grant("since-ever", '["old/*"]', '["*"]', "0001-01-01T00:00:00Z", "until = 1999-12-31T23:59:59Z")
    + grant("before-1970", '["film/*"]', '["*"]', "1960-01-01T00:00:00Z", "until = 9999-12-31T23:59:59Z")
    + grant("far", '["new/*"]', '["*"]', "9999-12-31T23:59:58Z")
    + grant("past-2038", '["next/*"]', '["*"]', "2038-01-19T03:14:08Z", "until = 2106-02-07T06:28:16Z"),
    """
    film/one @2026-01-01 NO,- premium = allow a/before-1970 until=9999-12-31T23:59:59
    film/one @9999-12-31T23:59:59|-1 NO premium = allow a/before-1970 until=9999-12-31T23:59:59
    film/one @9999-12-31T23:59:59 NO premium = deny expired a/before-1970
    film/one @1971-01-01 NO premium = allow a/before-1970 until=9999-12-31T23:59:59
    old/one @1999-12-31T23:59:59|-1 SE premium = allow a/since-ever until=1999-12-31T23:59:59
    old/one @1999-12-31T23:59:59 SE premium = deny expired a/since-ever
    new/one @2026-01-01 SE premium = deny not_yet a/far from=9999-12-31T23:59:58
    new/one @9999-12-31T23:59:59|-2 SE premium = deny not_yet a/far from=9999-12-31T23:59:58
    new/one @9999-12-31T23:59:59|-1,0 SE premium = allow a/far
    next/one @2038-01-19T03:14:07 SE premium = deny not_yet a/past-2038 from=2038-01-19T03:14:08
    next/one @2038-01-19T03:14:08 SE premium = allow a/past-2038 until=2106-02-07T06:28:16
    next/one @2106-02-07T06:28:16|-1,0,1 SE premium
    """,
)
case(
    "blackout-edges",
    A
    + grant("g", ACME, NO, "2026-01-01T00:00:00Z", "until = 2027-01-01T00:00:00Z")
    + blackout("b", '["acme/match"]', NO, "2026-05-01T14:00:00Z", "until = 2026-05-01T17:00:00Z", 'message = "Shown on local television"'),
    """
    acme/match @2026-05-01T14:00|-1 NO premium = allow a/g until=2026-05-01T14:00
    acme/match @2026-05-01T14:00|0,1 NO premium = deny blackout a/b from=2026-05-01T17:00 msg=Shown on local television
    acme/match @2026-05-01T17:00|-1 NO premium = deny blackout a/b from=2026-05-01T17:00 msg=Shown on local television
    acme/match @2026-05-01T17:00|0,1 NO premium = allow a/g until=2027-01-01
    acme/other @2026-05-01T14:00|-1,0,1 NO premium = allow a/g until=2027-01-01
    """,
)
case(
    "blackout-without-end",
    A + grant("g", ACME, '["NO", "SE"]', "2026-01-01T00:00:00Z") + blackout("b", ACME, NO, "2026-05-01T00:00:00Z"),
    """
    acme/one @2026-05-01|-1 NO premium = allow a/g until=2026-05-01
    acme/one @2026-05-01|0,1 NO premium = deny blackout a/b
    acme/one @9999-12-31T23:59:59 NO premium = deny blackout a/b
    acme/one @2026-05-01|-1,0,1 SE premium = allow a/g
    """,
)
case(
    "blackout-ends-with-the-grant",
    A
    + grant("g", ACME, NO, "2026-01-01T00:00:00Z", "until = 2026-06-01T00:00:00Z")
    + blackout("b", ACME, NO, "2026-05-01T00:00:00Z", "until = 2026-06-01T00:00:00Z"),
    """
    acme/one @2026-05-01|-1 NO premium = allow a/g until=2026-05-01
    acme/one @2026-05-15 NO premium = deny blackout a/b
    acme/one @2026-06-01|-1 NO premium = deny blackout a/b
    acme/one @2026-06-01 NO premium = deny expired a/g
    """,
)
case(
    "blackout-ends-one-second-before-the-grant",
    A
    + grant("g", ACME, NO, "2026-01-01T00:00:00Z", "until = 2026-06-01T00:00:00Z")
    + blackout("b", ACME, NO, "2026-05-01T00:00:00Z", "until = 2026-05-31T23:59:59Z"),
    """
    acme/one @2026-05-15 NO premium = deny blackout a/b from=2026-05-31T23:59:59
    acme/one @2026-06-01|-2 NO premium = deny blackout a/b from=2026-05-31T23:59:59
    acme/one @2026-06-01|-1 NO premium = allow a/g until=2026-06-01
    """,
)
case(
    "blackout-ends-after-the-grant-and-another-grant-begins",
    A
    + grant("one", ACME, NO, "2026-01-01T00:00:00Z", "until = 2026-06-01T00:00:00Z")
    + grant("gold", ACME, NO, "2026-08-01T00:00:00Z", "until = 2026-10-01T00:00:00Z", tiers='["gold"]')
    + grant("two", ACME, NO, "2026-09-01T00:00:00Z", "until = 2026-10-01T00:00:00Z")
    + blackout("b", ACME, NO, "2026-05-01T00:00:00Z", "until = 2026-07-01T00:00:00Z"),
    """
    acme/one @2026-05-15 NO premium = deny blackout a/b from=2026-09-01 ; the next grant, for their tier
    acme/one @2026-06-15 NO premium = deny not_yet a/two from=2026-09-01
    acme/one @2026-06-15 NO gold = deny not_yet a/gold from=2026-08-01
    acme/one @2026-06-15 NO free = deny not_yet a/gold from=2026-08-01
    acme/one @2026-07-15 NO premium = deny not_yet a/two from=2026-09-01
    """,
)
case(
    "blackouts-in-a-chain",
    A
    + grant("g", ACME, '["NO", "SE"]', "2026-01-01T00:00:00Z")
    + blackout("c", ACME, NO, "2026-05-01T00:00:00Z", "until = 2026-05-03T00:00:00Z", 'message = "first"')
    + blackout("b", ACME, NO, "2026-05-03T00:00:00Z", "until = 2026-05-05T00:00:00Z", 'message = "second"')
    + blackout("a", ACME, NO, "2026-05-04T00:00:00Z", "until = 2026-05-08T00:00:00Z", 'message = "third"')
    + blackout("sweden", ACME, '["SE"]', "2026-05-08T00:00:00Z", "until = 2026-05-09T00:00:00Z"),
    """
    acme/one @2026-05-01 NO premium = deny blackout a/c from=2026-05-08 msg=first
    acme/one @2026-05-03|-1 NO premium = deny blackout a/c from=2026-05-08 msg=first
    acme/one @2026-05-03 NO premium = deny blackout a/b from=2026-05-08 msg=second
    acme/one @2026-05-04 NO premium = deny blackout a/a from=2026-05-08 msg=third ; of two, the one that ends last
    acme/one @2026-05-05 NO premium = deny blackout a/a from=2026-05-08 msg=third
    acme/one @2026-05-08|-1 NO premium = deny blackout a/a from=2026-05-08 msg=third
    acme/one @2026-05-08 NO premium = allow a/g
    acme/one @2026-04-01 NO premium = allow a/g until=2026-05-01
    acme/one @2026-04-01 SE premium = allow a/g until=2026-05-08
    acme/one @2026-05-08 SE premium = deny blackout a/sweden from=2026-05-09
    """,
)
case(
    "blackouts-with-a-second-between",
    A
    + grant("g", ACME, NO, "2026-01-01T00:00:00Z")
    + blackout("a", ACME, NO, "2026-05-01T00:00:00Z", "until = 2026-05-02T00:00:00Z")
    + blackout("b", ACME, NO, "2026-05-02T00:00:01Z", "until = 2026-05-03T00:00:00Z"),
    """
    acme/one @2026-05-01 NO premium = deny blackout a/a from=2026-05-02
    acme/one @2026-05-02 NO premium = allow a/g until=2026-05-02T00:00:01
    acme/one @2026-05-02|1 NO premium = deny blackout a/b from=2026-05-03
    """,
)
case(
    "blackouts-that-tie",
    A
    + grant("g", ACME, NO, "2026-01-01T00:00:00Z")
    + blackout("b", ACME, NO, "2026-05-01T00:00:00Z", "until = 2026-05-09T00:00:00Z", 'message = "b"')
    + blackout("a", ACME, NO, "2026-05-02T00:00:00Z", "until = 2026-05-09T00:00:00Z")
    + blackout("z", ACME, NO, "2026-05-03T00:00:00Z", "until = 2026-05-04T00:00:00Z", 'message = "z"'),
    """
    acme/one @2026-05-01 NO premium = deny blackout a/b from=2026-05-09 msg=b
    acme/one @2026-05-02 NO premium = deny blackout a/a from=2026-05-09 ; the smaller id, and its message, which it has not
    acme/one @2026-05-03 NO premium = deny blackout a/a from=2026-05-09
    """,
)
case(
    "blackout-open-and-ended-together",
    A
    + grant("g", ACME, NO, "2026-01-01T00:00:00Z")
    + blackout("a", ACME, NO, "2026-05-01T00:00:00Z", "until = 2026-05-09T00:00:00Z", 'message = "ends"')
    + blackout("b", ACME, NO, "2026-05-05T00:00:00Z", 'message = "stays"'),
    """
    acme/one @2026-05-01 NO premium = deny blackout a/a msg=ends ; when it ends the other is on, for ever
    acme/one @2026-05-05 NO premium = deny blackout a/b msg=stays
    acme/one @2026-05-09 NO premium = deny blackout a/b msg=stays
    """,
)
case(
    "blackout-available-again-under-another-grant",
    A
    + grant("day", ACME, NO, "2026-01-01T00:00:00Z", "until = 2026-05-02T00:00:00Z", "max_height = 2160")
    + grant("night", ACME, NO, "2026-01-01T00:00:00Z", "max_height = 480")
    + blackout("b", ACME, NO, "2026-05-01T00:00:00Z", "until = 2026-05-03T00:00:00Z"),
    """
    acme/one @2026-05-01 NO premium = deny blackout a/b from=2026-05-03
    acme/one @2026-05-03 NO premium = allow a/night h=480
    acme/one @2026-04-30 NO premium = allow a/day until=2026-05-01 h=2160
    """,
)
case(
    "blackout-possible-only",
    A
    + grant("g", ACME, '["*"]', "2026-01-01T00:00:00Z")
    + blackout("b", ACME, '["GB-MAN"]', "2026-05-01T00:00:00Z", "until = 2026-05-02T00:00:00Z"),
    """
    acme/one @2026-05-01 GB,GB/GB-ENG,GB/GB-MAN,- premium = deny blackout a/b from=2026-05-02
    acme/one @2026-05-01 GB/GB-XXX,GB/NO-03,XX,gb premium = deny blackout a/b from=2026-05-02 ; unknown where
    acme/one @2026-05-01 GB/GB-LND,GB/GB-SCT,GB/GB-GLG,NO premium = allow a/g
    acme/one @2026-04-01 GB,GB/GB-ENG,GB/GB-MAN,- premium = allow a/g until=2026-05-01
    acme/one @2026-04-01 GB/GB-LND,GB/GB-WLS,SE premium = allow a/g
    """,
)
case(
    "blackout-with-exclusions",
    A
    + grant("g", ACME, '["*"]', "2026-01-01T00:00:00Z")
    + blackout("b", '["acme/*", "!acme/free"]', '["*", "!NO", "!GB-ENG"]', "2026-05-01T00:00:00Z", "until = 2026-05-02T00:00:00Z"),
    """
    acme/one @2026-05-01 NO,NO/NO-03,GB/GB-ENG,GB/GB-MAN premium = allow a/g
    acme/one @2026-05-01 SE,GB,GB/GB-SCT,- premium = deny blackout a/b from=2026-05-02 ; a viewer somewhere in GB may be in Scotland
    acme/free @2026-05-01 SE,GB,GB/GB-SCT,- premium = allow a/g
    """,
)
case(
    "valid-until-the-earlier-of-both",
    A
    + grant("g", ACME, NO, "2026-01-01T00:00:00Z", "until = 2026-06-01T00:00:00Z")
    + blackout("past", ACME, NO, "2025-01-01T00:00:00Z", "until = 2026-01-02T00:00:00Z")
    + blackout("after", ACME, NO, "2026-07-01T00:00:00Z", "until = 2026-08-01T00:00:00Z")
    + blackout("at-the-end", '["acme/two"]', NO, "2026-06-01T00:00:00Z", "until = 2026-08-01T00:00:00Z")
    + blackout("not-theirs", ACME, '["SE"]', "2026-03-01T00:00:00Z"),
    """
    acme/one @2026-02-01 NO premium = allow a/g until=2026-06-01
    acme/two @2026-02-01 NO premium = allow a/g until=2026-06-01
    acme/one @2026-01-01 NO premium = deny blackout a/past from=2026-01-02
    acme/one,acme/two @2026-01-02|-1,0 NO premium
    acme/two @2026-06-01|-1,0 NO premium
    """,
)
case(
    "local-days-in-several-zones",
    {
        "oslo.toml": 'agreement = "oslo"\ntimezone = "Europe/Oslo"' + grant("g", '["oslo/*"]', '["*"]', "2026-03-29", "until = 2026-10-26"),
        "york.toml": 'agreement = "york"\ntimezone = "America/New_York"' + grant("g", '["york/*"]', '["*"]', "2026-03-08", "until = 2026-11-02"),
        "india.toml": 'agreement = "india"\ntimezone = "Asia/Kolkata"' + grant("g", '["india/*"]', '["*"]', "2026-01-01", "until = 2026-02-01"),
        "nepal.toml": 'agreement = "nepal"\ntimezone = "Asia/Kathmandu"' + grant("g", '["nepal/*"]', '["*"]', "2026-01-01", "until = 2026-02-01"),
        "line.toml": 'agreement = "line"\ntimezone = "Pacific/Kiritimati"' + grant("g", '["line/*"]', '["*"]', "2026-01-01", "until = 2026-02-01"),
        "howe.toml": 'agreement = "howe"\ntimezone = "Australia/Lord_Howe"' + grant("g", '["howe/*"]', '["*"]', "2026-04-05", "until = 2026-10-05"),
        "utc.toml": 'agreement = "utc"\ntimezone = "UTC"' + grant("g", '["utc/*"]', '["*"]', "2026-01-01", "until = 2026-02-01"),
    },
    """
    oslo/one @2026-03-28T23:00|-1 NO premium = deny not_yet oslo/g from=2026-03-28T23:00
    oslo/one @2026-03-28T23:00 NO premium = allow oslo/g until=2026-10-25T23:00 ; winter time at midnight, and again
    oslo/one @2026-10-25T23:00|-1 NO premium = allow oslo/g until=2026-10-25T23:00
    oslo/one @2026-10-25T23:00 NO premium = deny expired oslo/g
    york/one @2026-03-08T05:00|-1 US premium = deny not_yet york/g from=2026-03-08T05:00
    york/one @2026-03-08T05:00 US premium = allow york/g until=2026-11-02T05:00
    york/one @2026-11-02T05:00|-1,0,1 US premium
    india/one @2025-12-31T18:30|-1 IN premium = deny not_yet india/g from=2025-12-31T18:30
    india/one @2025-12-31T18:30|0,1 IN premium = allow india/g until=2026-01-31T18:30
    nepal/one @2025-12-31T18:15|0,1 NP premium = allow nepal/g until=2026-01-31T18:15
    nepal/one @2026-01-31T18:15|-1,0,1 NP premium
    line/one @2025-12-31T10:00|0,1 JP premium = allow line/g until=2026-01-31T10:00
    line/one @2026-01-31T10:00|-1,0,1 JP premium
    howe/one @2026-04-04T13:00|-1 AU premium = deny not_yet howe/g from=2026-04-04T13:00 ; eleven hours, still summer
    howe/one @2026-04-04T13:00 AU premium = allow howe/g until=2026-10-04T13:00
    utc/one @2026-01-01|-1,0,1 AU premium
    utc/one @2026-02-01|-1,0,1 AU premium
    """,
)
case(
    "local-times-around-a-clock-change",
    {
        "oslo.toml": 'agreement = "oslo"\ntimezone = "Europe/Oslo"'
        + grant("spring", '["spring"]', '["*"]', "2026-03-29T01:59:59", "until = 2026-03-29T03:00:00")
        + grant("autumn", '["autumn"]', '["*"]', "2026-10-25T01:59:59", "until = 2026-10-25T03:00:00"),
        "howe.toml": 'agreement = "howe"\ntimezone = "Australia/Lord_Howe"'
        + grant("spring", '["half-spring"]', '["*"]', "2026-10-04T01:59:59", "until = 2026-10-04T02:30:00")
        + grant("autumn", '["half-autumn"]', '["*"]', "2026-04-05T01:29:59", "until = 2026-04-05T02:00:00"),
    },
    """
    spring @2026-03-29T01:00|-2 NO premium = deny not_yet oslo/spring from=2026-03-29T00:59:59
    spring @2026-03-29T01:00|-1 NO premium = allow oslo/spring until=2026-03-29T01:00 ; one second long, not an hour
    spring @2026-03-29T01:00 NO premium = deny expired oslo/spring
    autumn @2026-10-25T00:00|-1 NO premium = allow oslo/autumn until=2026-10-25T02:00 ; two hours and a second
    autumn @2026-10-25T02:00|-1 NO premium = allow oslo/autumn until=2026-10-25T02:00
    autumn @2026-10-25T02:00 NO premium = deny expired oslo/autumn
    half-spring @2026-10-03T15:30|-1 AU premium = allow howe/spring until=2026-10-03T15:30
    half-spring @2026-10-03T15:30 AU premium = deny expired howe/spring
    half-autumn @2026-04-04T14:30|-1,0,1 AU premium = allow howe/autumn until=2026-04-04T15:30
    half-autumn @2026-04-04T15:30|-1,0,1 AU premium
    """,
)
case(
    "a-day-whose-midnight-comes-twice",
    'agreement = "a"\ntimezone = "America/Havana"' + grant("g", ACME, '["CU"]', "2026-11-01"),
    """
    acme/one @2026-11-01T04:00|-1 CU premium = deny not_yet a/g from=2026-11-01T04:00
    acme/one @2026-11-01T04:00|0,1 CU premium = allow a/g ; its first midnight
    acme/one @2026-11-01T05:00|-1,0,1 CU premium = allow a/g
    """,
)
case(
    "offsets-beside-local-times",
    'agreement = "a"\ntimezone = "Europe/Oslo"'
    + grant("g", ACME, NO, "2026-06-01T06:00:00", "until = 2026-06-02T06:00:00+09:00")
    + grant("space", '["space"]', NO, "2026-06-01 06:00:00", "until = 2026-06-02 06:00:00-03:30")
    + grant("lower", '["lower"]', NO, "2026-06-01t06:00:00z"),
    """
    acme/one @2026-06-01T04:00|-1 NO premium = deny not_yet a/g from=2026-06-01T04:00
    acme/one @2026-06-01T04:00 NO premium = allow a/g until=2026-06-01T21:00
    acme/one @2026-06-01T21:00|-1,0,1 NO premium
    space @2026-06-01T04:00 NO premium = allow a/space until=2026-06-02T09:30
    lower @2026-06-01T06:00 NO premium = allow a/lower
    lower @2026-06-01T06:00|-1 NO premium = deny not_yet a/lower from=2026-06-01T06:00
    """,
)
case(
    "a-blackout-in-local-time",
    'agreement = "a"\ntimezone = "Europe/London"'
    + grant("g", '["live/*"]', '["GB"]', "2026-01-01")
    + blackout("saturday", '["live/*", "!live/news"]', '["GB"]', "2026-05-02T14:45:00", "until = 2026-05-02T17:15:00", 'message = "Saturday, quarter to three"')
    + blackout("winter", '["live/*"]', '["GB"]', "2026-01-03T14:45:00", "until = 2026-01-03T17:15:00"),
    """
    live/one @2026-05-02T13:45|-1 GB premium = allow a/g until=2026-05-02T13:45
    live/one @2026-05-02T13:45 GB,GB/GB-MAN,GB/GB-SCT premium = deny blackout a/saturday from=2026-05-02T16:15 msg=Saturday, quarter to three
    live/one @2026-05-02T16:15 GB premium = allow a/g
    live/news @2026-05-02T13:45 GB premium = allow a/g
    live/one,live/news @2026-01-03T14:45|-1,0,1 GB premium
    live/news @2026-01-03T17:15|-1,0,1 GB premium
    """,
)
