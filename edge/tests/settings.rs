//! Configurations that cannot work, and what is said of them.
#![cfg(test)]

use edge::settings::Settings;

const TOKENS: &str = "schema = 1\n[tokens]\n[[tokens.key]]\nkid = \"a\"\n";
const MANIFEST: &str = "[[route]]\nkind = \"manifest\"\npath = \"/vod/{title}/master.m3u8\"\n";

fn problem(text: &str) -> Option<String> {
    let settings: Settings = toml::from_str(text).unwrap();
    settings.prepare().err().map(|problem| problem.to_string())
}

fn route(kind: &str, path: &str) -> String {
    format!("[[route]]\nkind = \"{kind}\"\npath = \"{path}\"\n")
}

#[test]
fn what_lies_over_media_may_not_be_open() {
    for (path, expected) in [
        ("/{rest}", true),
        ("/vod/{rest}", true),
        ("/vod/posters/{rest}", false),
        ("/vo/{rest}", false),
        ("/posters/{rest}", false),
        ("/vod/{segment}", false),
        ("/index.html", false),
    ] {
        for routes in [MANIFEST.to_owned() + &route("open", path), route("open", path) + MANIFEST] {
            let problem = problem(&(TOKENS.to_owned() + &routes));
            let found = problem.is_some_and(|text| {
                text.contains("it lies over the manifest's `/vod/{title}/master.m3u8`: what fits no route of media there")
            });
            assert_eq!(found, expected, "{path}");
        }
    }
}

#[test]
fn what_cannot_be_configured() {
    for (text, expected) in [
        (
            TOKENS.replace("schema = 1", "schema = 2"),
            "schema: version 2 is not known here; write `schema = 1`",
        ),
        (
            TOKENS.replace("[tokens]", "[tokens]\nlifetime = 59"),
            "tokens.lifetime: 59 is not between 60 and 604800 seconds; write a number that is",
        ),
        (
            TOKENS.replace("[tokens]", "[tokens]\nheader = \"cookie\""),
            "tokens.header: `cookie` has a meaning of its own; write one like `x-playgate-token`",
        ),
        (
            TOKENS.replace("[tokens]", "[tokens]\ncookie = \"a;b\""),
            "tokens.cookie: `a;b` is no name for a cookie; write letters, digits, `-` and `_`",
        ),
        (
            format!("{TOKENS}from = 1800000000000\n"),
            "tokens.key: 1800000000000 lies beyond the year 9999; write seconds since 1970, and not milliseconds",
        ),
        (
            format!("{TOKENS}[[tokens.key]]\nkid = \"a\"\n"),
            "tokens.key: key id `a` is there twice; give each key an id of its own",
        ),
        (
            format!("{TOKENS}{}", route("segment", "/vod/{segment}")),
            "route 1, `path`: a segment belongs to a title; write `{title}` into the template",
        ),
        (
            format!("{TOKENS}{}", route("api", "/v1/{title}/x")),
            "route 1, `path`: `api` is not decided upon, so `{title}` would be for show; write `{rest}`",
        ),
        (
            format!("{TOKENS}{}", route("manifest", "/vod/{title}")),
            "route 1, `path`: template `/vod/{title}` ends with the title; name what stands below it, as in `/vod/{title}/master.m3u8`",
        ),
        (
            format!("{TOKENS}{}", route("manifest", "/{title}/{rest}")),
            "route 1, `path`: template `/{title}/{rest}` has two parts of any length; keep one of `{title}` and `{rest}`",
        ),
        (
            format!("{TOKENS}{}", route("manifest", "/{title}/{tilte}/x")),
            "route 1, `path`: template `/{title}/{tilte}/x` has `{tilte}`; use plain text, `{title}`, `{rest}`, `{segment}`, or text around `{height}`",
        ),
        (
            format!("{TOKENS}{MANIFEST}mobile = \"/vod/{{title}}/{{height}}p/x\"\n"),
            "route 1, `mobile`: template `/vod/{title}/{height}p/x` has to consist of `{title}` and plain text, for there is nothing to fill in besides",
        ),
        (
            format!("{TOKENS}{MANIFEST}cache = \"a\\nb\"\n"),
            "route 1, `cache`: it is no header value; write one like `public, max-age=60`",
        ),
        (
            format!("{TOKENS}[revocations]\nurl = \"http://api.example.com\"\n"),
            "revocations.url: `http://api.example.com` is not fetched safely; write an address that begins with `https://`",
        ),
    ] {
        assert_eq!(problem(&text).as_deref(), Some(expected), "{text}");
    }
    assert_eq!(problem(&format!("{TOKENS}{MANIFEST}")), None);
    for (url, is_taken) in [
        ("https://api.example.com/v1/revocations", true),
        ("http://localhost:8080/v1/revocations", true),
        ("http://127.0.0.1/v1/revocations", true),
        ("http://localhost.example.com/", false),
        ("http://127.0.0.1.example.com/", false),
        ("http://localhost@example.com/", false),
        ("ftp://localhost/", false),
        ("localhost:8080", false),
    ] {
        let text = format!("{TOKENS}[revocations]\nurl = \"{url}\"\n");
        assert_eq!(problem(&text).is_none(), is_taken, "{url}");
    }
}
