"""Tiers and devices."""

from building import case, grant

ACME = '["acme/*"]'
NO = '["NO"]'
A = 'agreement = "a"\n'
JAN = "2026-01-01T00:00:00Z"


def tiers(name, listed, viewers):
    case(name, A + grant("g", ACME, NO, JAN, tiers=listed), viewers)


tiers(
    "tiers-named",
    '["premium", "family"]',
    """
    acme/one @2026-06-01 NO premium,family = allow a/g
    acme/one @2026-06-01 NO -,anonymous,free,gold = deny tier a/g tiers=family,premium
    acme/one @2026-06-01 NO Premium,PREMIUM,premiu,premium2,*,!premium = deny tier a/g tiers=family,premium ; exactly so, or not
    """,
)
tiers(
    "tiers-any-login",
    '["*"]',
    """
    acme/one @2026-06-01 NO premium,free,Premium,never-heard-of,*,ø = allow a/g
    acme/one @2026-06-01 NO -,anonymous = deny tier a/g tiers=*
    """,
)
tiers(
    "tiers-any-login-but",
    '["!free", "*", "!trial"]',
    """
    acme/one @2026-06-01 NO premium,never-heard-of,Free = allow a/g
    acme/one @2026-06-01 NO free,trial = deny tier a/g tiers=*,!free,!trial
    acme/one @2026-06-01 NO -,anonymous = deny tier a/g tiers=*,!free,!trial
    """,
)
tiers(
    "tiers-anonymous-only",
    '["anonymous"]',
    """
    acme/one @2026-06-01 NO -,anonymous = allow a/g
    acme/one @2026-06-01 NO premium,free,Anonymous = deny tier a/g tiers=anonymous
    """,
)
tiers(
    "tiers-everyone",
    '["anonymous", "*"]',
    "acme/one @2026-06-01 NO -,anonymous,premium,never-heard-of = allow a/g",
)
tiers(
    "tiers-anonymous-excluded",
    '["*", "anonymous", "!anonymous"]',
    """
    acme/one @2026-06-01 NO premium,free = allow a/g
    acme/one @2026-06-01 NO -,anonymous = deny tier a/g tiers=*
    """,
)
tiers(
    "tiers-everyone-but-free",
    '["*", "anonymous", "!free"]',
    """
    acme/one @2026-06-01 NO -,premium = allow a/g
    acme/one @2026-06-01 NO free = deny tier a/g tiers=*,anonymous,!free
    """,
)
tiers(
    "tiers-named-and-excluded",
    '["premium", "!premium", "gold"]',
    """
    acme/one @2026-06-01 NO gold = allow a/g
    acme/one @2026-06-01 NO premium,free,- = deny tier a/g tiers=gold
    """,
)
case(
    "tiers-together",
    A
    + grant("names", '["x/a", "x/b", "x/d"]', NO, JAN, tiers='["premium", "family"]')
    + grant("more", '["x/a", "x/e"]', NO, JAN, tiers='["gold", "premium"]')
    + grant("login", '["x/b", "x/c"]', NO, JAN, tiers='["*", "!free", "!premium", "!trial"]')
    + grant("login-too", '["x/c"]', NO, JAN, tiers='["*", "!trial", "!free", "!gold"]')
    + grant("nobody", '["x/d"]', NO, JAN, tiers='["anonymous"]'),
    """
    x/a @2026-06-01 NO free,- = deny tier a/more tiers=family,gold,premium
    x/b @2026-06-01 NO free,- = deny tier a/login tiers=*,!free,!trial ; premium is let in by the other
    x/c @2026-06-01 NO free,trial,- = deny tier a/login tiers=*,!free,!trial ; what both leave out
    x/d @2026-06-01 NO free = deny tier a/names tiers=anonymous,family,premium
    x/e @2026-06-01 NO free = deny tier a/more tiers=gold,premium
    x/c @2026-06-01 NO gold = allow a/login
    x/c @2026-06-01 NO premium = allow a/login-too
    """,
)
case(
    "tiers-only-of-grants-that-got-as-far",
    A
    + grant("here", ACME, NO, JAN, tiers='["premium"]')
    + grant("elsewhere", ACME, '["SE"]', JAN, tiers='["elsewhere"]')
    + grant("past", ACME, NO, "2025-01-01T00:00:00Z", "until = 2026-01-01T00:00:00Z", tiers='["past"]')
    + grant("later", ACME, NO, "2027-01-01T00:00:00Z", tiers='["later"]')
    + grant("other", '["other/*"]', NO, JAN, tiers='["other"]')
    + grant("tv", ACME, NO, JAN, 'devices = ["tv"]', "max_height = 240", tiers='["tv"]'),
    """
    acme/one @2026-06-01 NO free mobile = deny tier a/here tiers=premium
    acme/one @2026-06-01 NO free tv = deny tier a/here tiers=premium,tv
    acme/one @2026-06-01 NO free - = deny tier a/here tiers=premium
    acme/one @2026-06-01 NO tv mobile = deny device a/tv
    acme/one @2026-06-01 NO past,later,other,elsewhere mobile = deny tier a/here tiers=premium
    acme/one @2025-06-01 NO past mobile = allow a/past until=2026-01-01
    """,
)
case(
    "tiers-sixty-of-them",
    A
    + "".join(
        grant(f"g{n:02}", f'["t/{n:02}", "t/all"]', NO, JAN, f"max_height = {100 + n}", tiers=f'["tier-{n:02}"]')
        for n in range(60)
    ),
    """
    t/00 @2026-06-01 NO tier-00 = allow a/g00 h=100
    t/59 @2026-06-01 NO tier-59 = allow a/g59 h=159
    t/31 @2026-06-01 NO tier-31 = allow a/g31 h=131
    t/32 @2026-06-01 NO tier-32 = allow a/g32 h=132
    t/59 @2026-06-01 NO tier-58,tier-60,tier-5,- = deny tier a/g59 tiers=tier-59
    t/00 @2026-06-01 NO tier-59,tier-64 = deny tier a/g00 tiers=tier-00
    t/all @2026-06-01 NO tier-07 = allow a/g07 h=107
    t/all @2026-06-01 NO tier-99,-
    """,
)
case(
    "devices-named",
    A + grant("g", ACME, NO, JAN, 'devices = ["tv", "cast"]'),
    """
    acme/one @2026-06-01 NO premium tv,cast = allow a/g
    acme/one @2026-06-01 NO premium mobile,tablet,desktop,console,unknown,- = deny device a/g
    acme/one @2026-06-01 NO free mobile = deny tier a/g tiers=premium ; the tier comes before the device
    """,
)
case(
    "devices-any",
    A + grant("left-out", '["x/a"]', NO, JAN) + grant("star", '["x/b"]', NO, JAN, 'devices = ["*"]'),
    """
    x/a @2026-06-01 NO premium mobile,tablet,desktop,tv,console,cast,unknown,- = allow a/left-out
    x/b @2026-06-01 NO premium mobile,tablet,desktop,tv,console,cast,unknown,- = allow a/star
    """,
)
case(
    "devices-excluded",
    A
    + grant("no-tv", '["x/a"]', NO, JAN, 'devices = ["!tv", "*"]')
    + grant("known", '["x/b"]', NO, JAN, 'devices = ["*", "!unknown"]')
    + grant("both", '["x/c"]', NO, JAN, 'devices = ["mobile", "tv", "!mobile"]')
    + grant("only-unknown", '["x/d"]', NO, JAN, 'devices = ["unknown"]'),
    """
    x/a @2026-06-01 NO premium mobile,tablet,desktop,console,cast,unknown,- = allow a/no-tv
    x/a @2026-06-01 NO premium tv = deny device a/no-tv
    x/b @2026-06-01 NO premium mobile,tv = allow a/known
    x/b @2026-06-01 NO premium unknown,- = deny device a/known
    x/c @2026-06-01 NO premium tv = allow a/both
    x/c @2026-06-01 NO premium mobile,cast,- = deny device a/both
    x/d @2026-06-01 NO premium unknown,- = allow a/only-unknown
    x/d @2026-06-01 NO premium tv = deny device a/only-unknown
    """,
)
case(
    "devices-decide-which-grant-counts",
    A
    + grant("tv", ACME, NO, JAN, 'devices = ["tv"]', "max_height = 2160", "drm = true")
    + grant("rest", ACME, NO, JAN, "max_height = 720"),
    """
    acme/one @2026-06-01 NO premium tv = allow a/tv h=2160 drm
    acme/one @2026-06-01 NO premium mobile,- = allow a/rest h=720
    acme/one @2025-06-01 NO premium tv = deny not_yet a/tv from=2026-01-01
    acme/one @2025-06-01 NO premium mobile = deny not_yet a/rest from=2026-01-01
    acme/one @2025-06-01 NO free mobile = deny not_yet a/tv from=2026-01-01
    """,
)
case(
    "not-yet-by-device",
    A
    + grant("tv", ACME, NO, "2026-02-01T00:00:00Z", 'devices = ["tv"]')
    + grant("mobile", ACME, NO, "2026-03-01T00:00:00Z", 'devices = ["mobile"]'),
    """
    acme/one @2026-01-01 NO premium tv = deny not_yet a/tv from=2026-02-01
    acme/one @2026-01-01 NO premium mobile = deny not_yet a/mobile from=2026-03-01
    acme/one @2026-01-01 NO premium - = deny not_yet a/tv from=2026-02-01 ; never on this device
    acme/one @2026-02-15 NO premium mobile = deny device a/tv
    """,
)
