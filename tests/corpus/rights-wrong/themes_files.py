"""Files that are not TOML, or hardly, and folders."""

from building import HEAD, blackout, case, expect, grant

ONE = HEAD + grant()

case("empty-folder", {"notes.txt": "no policy here\n"}, nowhere=["toml"])
case("empty-file", "⟦schema|file⟧⟦agreement|file⟧")
case("only-a-comment", "⟦schema|file⟧⟦agreement|file⟧# to be written\n")
case("syntax-no-value", HEAD + grant(max_height="⟦|line⟧"))
case("syntax-bare-word", HEAD + grant(drm="⟦|line⟧yes"))
case("syntax-two-equals-signs", HEAD + grant(max_height="⟦|line⟧= 1080"))
case("syntax-no-closing-quote", HEAD + grant(id='⟦|line⟧"g'))
case("syntax-no-closing-bracket", HEAD + grant(tiers='⟦|file⟧["premium"'))
case("syntax-curly-quotes", HEAD + grant(id="⟦|line⟧“g”"))
case("syntax-colon", HEAD.replace("agreement =", "⟦|line⟧agreement:") + grant())
case("syntax-no-comma", HEAD + grant(territories='⟦|line⟧["NO" "SE"]'))
case("syntax-header-not-closed", HEAD + grant().replace("[[grant]]", "⟦|line⟧[[grant]"))
case("syntax-several", HEAD + grant(drm="⟦|line⟧yes", max_height="⟦|line⟧= 5") + blackout(message="⟦|line⟧“hello”"))
case("syntax-in-one-file-and-a-mistake-in-another", {"a.toml": HEAD + grant(drm="⟦|line⟧yes"), "b.toml": 'schema = 1\nagreement = "b"\n' + grant(territories='[⟦GB⟧"UK"]')})
case("syntax-in-groups-toml", {"groups.toml": '[groups]\nnorth = ⟦|line⟧NO\n', "a.toml": ONE})
case("syntax-a-spreadsheet", {"a.toml": "⟦|line⟧id;titles;territories\n⟦|line⟧1;acme;NO\n"})
case("duplicate-key", HEAD + grant() + "⟦titles⟧titles = [\"other/*\"]\n")
case("duplicate-key-at-the-top", HEAD + '⟦agreement⟧agreement = "b"\n' + grant())
case("duplicate-table", HEAD + '[groups]\nnorth = ["NO"]\n⟦groups|line⟧[groups]\neast = ["FI"]\n' + grant())
case("duplicate-group", HEAD + '[groups]\nnorth = ["NO"]\n⟦north⟧north = ["SE"]\n' + grant())
case(
    "two-files-with-mistakes",
    {
        "a.toml": HEAD + grant(territories='[⟦GB⟧"UK"]'),
        "deep/er/b.toml": 'schema = 1\nagreement = "b"\n' + grant(tiers='[⟦premium⟧"Premium"]') + expect(outcome='⟦ok⟧"ok"'),
        "c.toml": 'schema = 1\nagreement = "c"\n' + grant(),
    },
)
case("two-rules-with-mistakes", HEAD + grant(territories='[⟦GB⟧"UK"]') + grant(id='"h"', territories='[⟦GB⟧"UK"]') + blackout("⟦from⟧", from_=None))
case("lines-that-end-in-crlf", HEAD + grant(territories='["NO", ⟦GB⟧"UK"]', until="⟦until⟧2025-01-01T00:00:00Z"), change=lambda text: text.replace(b"\n", b"\r\n"))
case("byte-order-mark", HEAD + grant(territories='["NO", ⟦GB⟧"UK"]'), change=lambda text: b"\xef\xbb\xbf" + text)
case("tabs-before-the-place", HEAD + grant(territories='[\t"NO",\t\t⟦GB⟧"UK"]').replace("\nterritories", "\n\tterritories"))
case("emoji-before-the-place", HEAD + blackout(message='"🎬🎬 é"', **{"territories": '["NO"]'}) + grant(titles='[ "acme/*", ⟦🎬⟧"🎬", ⟦Acme⟧"Acme" ]'))
case("emoji-in-an-inline-table", HEAD + 'expect = [{ title = "acme/one", at = 2026-06-01T12:00:00Z, ⟦🎬⟧"🎬" = 1, outcome = ⟦allow⟧"alow" }]\n')
case("not-utf-8", HEAD + grant(id='⟦UTF-8|line⟧"g?"'), change=lambda text: text.replace(b"g?", b"g\xe6"))
case("utf-16", {"a.toml": "⟦UTF-8|file⟧" + ONE}, change=lambda text: text.decode().encode("utf-16"))
case("a-list-over-several-lines", HEAD + grant(territories='[\n  "NO", # the first\n  ⟦GB⟧"UK",\n\n  # and\n  ⟦GB-ENG⟧"England",\n]'))
case("inline-groups", HEAD + 'groups = { north = ["NO", ⟦GB⟧"UK"], ⟦East⟧East = ["FI"] }\n' + grant())
case("literal-texts", HEAD + grant(territories="['NO', ⟦GB⟧'UK', ⟦SE⟧'''se''']"))
case("escaped-text", HEAD + grant(territories='["\\u004EO", ⟦GB⟧"\\u0055K"]'))
case("last-line-without-a-newline", (HEAD + grant(tiers='[⟦premium⟧"Premium"]')).rstrip("\n"))
case("dotted-keys", HEAD + 'groups.north = [⟦GB⟧"UK"]\n' + grant())
