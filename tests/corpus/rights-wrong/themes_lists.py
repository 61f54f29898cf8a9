"""Territories, titles, tiers and devices that are none."""

from building import HEAD, blackout, case, expect, grant

ONE = HEAD + grant()


def territories(name, listed, before=""):
    case(name, HEAD + before + grant(territories=listed))


territories("territory-uk", '["NO", ⟦GB⟧"UK"]')
territories("territory-uk-excluded", '["*", ⟦GB⟧"!UK"]')
territories("territory-england", '[⟦GB-ENG⟧"England", "SE"]')
territories("territory-scotland", '[⟦GB-SCT⟧"Scotland"]')
territories("territory-country-by-name", '[⟦NO⟧"Norway", ⟦SE⟧"Sweden", ⟦US⟧"United States"]')
territories("territory-lower-case", '[⟦NO⟧"no", "SE"]')
territories("territory-mixed-case", '["SE", ⟦NO⟧"No", ⟦NO-03⟧"no-03", ⟦GB-ENG⟧"gb-eng"]')
territories("territory-three-letters", '[⟦USA⟧"USA", ⟦NOR⟧"NOR"]')
territories("territory-unassigned", '[⟦XX⟧"XX", ⟦ZZ⟧"ZZ", ⟦AA⟧"AA", ⟦EU⟧"EU"]')
territories("territory-number", '[⟦578⟧"578"]')
territories("territory-unknown-subdivision", '["NO", ⟦NO-99⟧"NO-99", ⟦GB-XXX⟧"GB-XXX"]')
territories("territory-subdivision-of-uk", '[⟦GB-ENG⟧"UK-ENG"]')
territories("territory-subdivision-of-no-country", '[⟦XX-03⟧"XX-03"]')
territories("territory-blanks", '[⟦NO⟧" NO", ⟦NO⟧"NO ", "SE"]')
territories("territory-empty-text", '["NO", ⟦⟧""]')
territories("territory-exclamation-mark-alone", '["NO", ⟦!⟧"!"]')
territories("territory-excluded-twice", '["NO", ⟦!!SE⟧"!!SE"]')
territories("territory-not-ascii", '["NO", ⟦ØST⟧"ØST"]')
territories("territory-not-a-text", '["NO", ⟦territories⟧47]')
territories("territories-empty", "⟦territories⟧[]")
territories("territories-only-exclusions", '⟦*⟧["!NO", "!SE"]')
territories("territories-a-text", '⟦territories⟧"NO"')
territories("group-unknown", '["NO", ⟦nordic⟧"nordic"]')
territories("group-unknown-near-miss", '[⟦nordics⟧"nordcis"]', '[groups]\nnordics = ["NO", "SE"]\n')
territories("group-in-the-wrong-case", '[⟦nordics⟧"Nordics"]', '[groups]\nnordics = ["NO", "SE"]\n')
territories("group-empty", '["nobody", "NO"]', "[groups]\nnobody = ⟦nobody⟧[]\n")
territories("group-only-exclusions", '["rest"]', '[groups]\nrest = ⟦rest⟧["!NO"]\n')
territories("group-with-wrong-codes", '["north"]', '[groups]\nnorth = ["NO", ⟦GB⟧"UK", ⟦SE⟧"se"]\nunused = [⟦XX⟧"XX"]\n')
territories("group-in-group-unknown", '["north"]', '[groups]\nnorth = ["NO", ⟦baltics⟧"baltics"]\n')
territories("group-with-a-tier", '["north"]', '[groups]\nnorth = ["NO", ⟦anonymous⟧"anonymous"]\n')
territories("group-a-text", '["north"]', '[groups]\nnorth = ⟦north⟧"NO"\n')
territories("group-of-itself", '["north"]', '[groups]\nnorth = ["NO", ⟦north|line⟧"north"]\n')
territories(
    "group-circle",
    '["north"]',
    '[groups]\nnorth = ["NO", "east"]\neast = ["FI", "⟦north|file⟧!south"]\nsouth = ["*", "!north"]\n',
)
territories("group-name-in-capitals", '["NO"]', '[groups]\n⟦Nordics⟧Nordics = ["NO"]\n')
territories("group-name-with-a-blank", '["NO"]', '[groups]\n⟦the north⟧"the north" = ["NO"]\n')
territories("group-name-empty", '["NO"]', '[groups]\n⟦⟧"" = ["NO"]\n')
territories("group-name-begins-with-a-dash", '["NO"]', '[groups]\n⟦-north⟧-north = ["NO"]\n')
case("group-of-another-file", {"a.toml": HEAD + grant(territories='[⟦mine⟧"mine"]'), "b.toml": 'schema = 1\nagreement = "b"\n[groups]\nmine = ["NO"]\n'})
case(
    "group-in-a-file-and-shared",
    {"groups.toml": '[groups]\nnordics = ["NO"]\n', "a.toml": HEAD + '[groups]\n⟦nordics⟧nordics = ["SE"]\n' + grant()},
)
case(
    "group-circle-in-groups-toml",
    {"groups.toml": '[groups]\neast = ["⟦east|file⟧west"]\nwest = ["east"]\n', "a.toml": ONE},
)
case(
    "groups-toml-names-a-files-group",
    {"groups.toml": '[groups]\nall = ["NO", ⟦mine⟧"mine"]\n', "a.toml": HEAD + '[groups]\nmine = ["SE"]\n' + grant()},
)
case("blackout-territory-uk", ONE + blackout(territories='[⟦GB⟧"UK"]'))

for name, pattern in {
    "star-inside-a-segment": "acme*",
    "star-inside-the-path": "acme/*/x",
    "star-first": "*/acme",
    "two-stars": "acme/**",
    "begins-with-a-slash": "/acme",
    "ends-with-a-slash": "acme/",
    "two-slashes": "acme//one",
    "a-slash-and-a-star": "/*",
    "capitals": "Acme/x",
    "two-dots": "a/../b",
    "one-dot": "a/./b",
    "a-blank": "acme/the film",
    "an-accent": "acme/é",
    "a-question-mark": "acme/one?",
    "excluded-twice": "!!acme/one",
}.items():
    case(f"title-{name}", HEAD + grant(titles=f'["acme/*", ⟦{pattern}⟧"{pattern}"]'))
case("title-wrong-in-an-exclusion", HEAD + grant(titles='["acme/*", ⟦acme/pilot*⟧"!acme/pilot*"]'))
case("title-empty-text", HEAD + grant(titles='[⟦⟧"", ⟦!⟧"!", "acme/*"]'))
case("title-too-long", HEAD + grant(titles=f'[⟦512⟧"acme/{"x" * 508}", "acme/{"x" * 507}"]'))
case("titles-empty", HEAD + grant(titles="⟦titles⟧[]"))
case("titles-only-exclusions", HEAD + grant(titles='⟦*⟧["!acme/pilot"]'))
case("titles-a-text", HEAD + grant(titles='⟦titles⟧"acme/*"'))
case("titles-of-a-blackout", ONE + blackout(titles='[⟦acme*⟧"acme*"]') + blackout(id='"c"', titles="⟦titles⟧[]"))
case("titles-list-in-a-list", HEAD + grant(titles='[⟦titles⟧["acme/*"]]'))

case("tier-in-capitals", HEAD + grant(tiers='["family", ⟦premium⟧"Premium"]'))
case("tier-that-is-no-name", HEAD + grant(tiers='[⟦4k+⟧"4k+", ⟦⟧"", ⟦a b⟧"a b", ⟦-x⟧"-x", ⟦pre*⟧"pre*"]'))
case("tier-excluded-in-capitals", HEAD + grant(tiers='["*", ⟦free⟧"!Free"]'))
case("tiers-empty", HEAD + grant(tiers="⟦tiers⟧[]"))
case("tiers-only-exclusions", HEAD + grant(tiers='⟦*⟧["!free"]'))
case("tiers-a-text", HEAD + grant(tiers='⟦tiers⟧"premium"'))
case("tiers-too-many", HEAD + "⟦60|file⟧" + "".join(grant(id=f'"g{n}"', tiers=f'["tier-{n}"]') for n in range(61)))
case("device-unknown", HEAD + grant(devices='["tv", ⟦phone⟧"phone", ⟦ios⟧"ios"]'))
case("device-near-miss", HEAD + grant(devices='[⟦desktop⟧"dekstop", ⟦mobile⟧"moblie"]'))
case("device-in-capitals", HEAD + grant(devices='[⟦tv⟧"TV", ⟦mobile⟧"!Mobile", "*"]'))
case("devices-empty", HEAD + grant(devices="⟦devices⟧[]"))
case("devices-only-exclusions", HEAD + grant(devices='⟦*⟧["!tv"]'))
case("devices-a-text", HEAD + grant(devices='⟦devices⟧"tv"'))
case(
    "several-mistakes-in-one-rule",
    HEAD
    + grant(
        titles='["acme/*", ⟦Acme⟧"Acme"]', territories='[⟦GB⟧"UK", "SE", ⟦DE⟧"de"]', tiers='[⟦premium⟧"Premium"]',
        until="⟦until⟧2025-01-01T00:00:00Z", devices='[⟦tv⟧"TV"]', max_height="⟦max_height⟧0", drm='⟦drm⟧"no"',
    )
    + expect(outcome='⟦allow⟧"Allow"', country='⟦GB⟧"UK"'),
)  # fmt: skip
