//! Where in a request credentials stand.

/// How many cookies of one name are looked at.
const MOST_COOKIES: usize = 4;

/// The prefix of paths that carry a token.
const MARK: &str = "/t/";

/// A path with the token in front of it taken off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TokenInPath<'r> {
    pub(crate) token: Option<&'r str>,
    pub(crate) path: &'r str,
}

/// Takes a token off a path: `/t/<token>/vod/..`. None where there is a mark and no token, or nothing behind it.
pub(crate) fn token_in_path(path: &str) -> Option<TokenInPath<'_>> {
    let Some(rest) = path.strip_prefix(MARK) else { return Some(TokenInPath { token: None, path }) };
    let (token, _) = rest.split_once('/').filter(|(token, _)| !token.is_empty())?;
    Some(TokenInPath { token: Some(token), path: rest.get(token.len()..)? })
}

/// The values of the first cookies of this name.
pub(crate) fn cookies<'r>(header: Option<&'r str>, name: &'r str) -> impl Iterator<Item = &'r str> {
    let pairs =
        header.unwrap_or_default().split(';').filter_map(|pair| pair.trim_matches(' ').split_once('='));
    pairs.filter(move |(its, _)| *its == name).map(|(_, value)| unquoted(value)).take(MOST_COOKIES)
}

/// The login in an `authorization` header; other schemes are no logins.
pub(crate) fn bearer(header: Option<&str>) -> Option<&str> {
    let header = header?;
    let (scheme, login) = header.split_once(' ').unwrap_or((header, ""));
    scheme.eq_ignore_ascii_case("bearer").then(|| login.trim_matches(' '))
}

fn unquoted(value: &str) -> &str {
    value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_in_paths() {
        for (path, expected) in [
            ("/vod/a/master.m3u8", Some((None, "/vod/a/master.m3u8"))),
            ("/t/abc/vod/a", Some((Some("abc"), "/vod/a"))),
            ("/t/abc/", Some((Some("abc"), "/"))),
            ("/t/abc//vod", Some((Some("abc"), "//vod"))),
            ("/t/abc/t/def/vod", Some((Some("abc"), "/t/def/vod"))),
            ("/t/", None),
            ("/t/abc", None),
            ("/t//vod/a", None),
            ("/t", Some((None, "/t"))),
            ("/tt/abc/vod", Some((None, "/tt/abc/vod"))),
            ("", Some((None, ""))),
        ] {
            assert_eq!(token_in_path(path).map(|found| (found.token, found.path)), expected, "{path}");
        }
    }

    #[test]
    fn cookies_by_name() {
        for (header, expected) in [
            ("playgate=a", &["a"][..]),
            ("x=1; playgate=a; y=2", &["a"]),
            ("playgate=a; playgate=b", &["a", "b"]),
            ("playgate=a;playgate=\"b\"", &["a", "b"]),
            ("playgate=1; playgate=2; playgate=3; playgate=4; playgate=5", &["1", "2", "3", "4"]),
            ("playgate=a=b", &["a=b"]),
            ("playgate=", &[""]),
            ("Playgate=a; playgate2=b; xplaygate=c; playgate", &[]),
            ("", &[]),
            (";;; =; ;", &[]),
        ] {
            assert_eq!(cookies(Some(header), "playgate").collect::<Vec<_>>(), expected, "{header}");
        }
        assert_eq!(cookies(None, "playgate").count(), 0);
    }

    #[test]
    fn logins_in_headers() {
        for (header, expected) in [
            (Some("Bearer a.b.c"), Some("a.b.c")),
            (Some("bearer  a.b.c "), Some("a.b.c")),
            (Some("BEARER a"), Some("a")),
            (Some("Bearer "), Some("")),
            (Some("Bearer"), Some("")),
            (Some("Basic abc"), None),
            (Some("Bearera.b.c"), None),
            (Some(""), None),
            (None, None),
        ] {
            assert_eq!(bearer(header), expected, "{header:?}");
        }
    }
}
