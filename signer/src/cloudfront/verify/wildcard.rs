//! Matching a policy's resource against a requested URL, section by section.

/// A resource cut into its sections.
pub(in crate::cloudfront) struct Parts<'a> {
    /// What stands before `://`, if anything does.
    pub(in crate::cloudfront) protocol: Option<&'a str>,
    /// Up to the first `/`.
    pub(in crate::cloudfront) domain: &'a str,
    /// From that `/` on, or nothing.
    pub(in crate::cloudfront) path_and_query: &'a str,
}

impl<'a> Parts<'a> {
    pub(in crate::cloudfront) fn of(resource: &'a str) -> Self {
        let (protocol, rest) = match resource.split_once("://") {
            Some((protocol, rest)) if !protocol.contains(['/', '\\']) => (Some(protocol), rest),
            _ => (None, resource),
        };
        let (domain, path_and_query) =
            rest.find('/').and_then(|at| rest.split_at_checked(at)).unwrap_or((rest, ""));
        Self { protocol, domain, path_and_query }
    }
}

/// Whether `resource` covers `url`, which is absolute and carries none of CloudFront's parameters.
pub(in crate::cloudfront) fn covers(resource: &str, url: &str) -> bool {
    if resource == "*" {
        return true;
    }
    let pattern = Parts::of(resource);
    let requested = Parts::of(url);
    let Some(scheme) = requested.protocol else { return false };
    let (path, query) = match requested.path_and_query.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (requested.path_and_query, None),
    };
    pattern.protocol.is_none_or(|protocol| matches(protocol, scheme))
        && matches(pattern.domain, requested.domain)
        && if pattern.path_and_query.is_empty() {
            ends_with_star(pattern.domain)
        } else {
            path_and_query_match(pattern.path_and_query, path, query)
        }
}

/// `*` any number, `?` exactly one, `\?` and `\*` themselves.
pub(in crate::cloudfront) fn matches(pattern: &str, text: &str) -> bool {
    let pattern: Vec<Token> = tokens(pattern).collect();
    let text = text.as_bytes();
    let (mut at, mut in_text) = (0, 0);
    // Where to go on when a `*` has to take one character more.
    let mut retry: Option<(usize, usize)> = None;
    loop {
        let fits = match (pattern.get(at), text.get(in_text)) {
            (Some(Token::Any), _) => {
                retry = Some((at + 1, in_text));
                at += 1;
                continue;
            }
            (None, None) => return true,
            (Some(Token::One), Some(_)) => true,
            (Some(Token::Literal(expected)), Some(found)) => expected == found,
            _ => false,
        };
        if fits {
            at += 1;
            in_text += 1;
            continue;
        }
        match &mut retry {
            Some((after_star, taken)) if *taken < text.len() => {
                *taken += 1;
                (at, in_text) = (*after_star, *taken);
            }
            _ => return false,
        }
    }
}

/// The query begins at an escaped `\?`. An unescaped one may begin it, too: the AWS SDKs write it so when they
/// sign a URL with a query of its own, and CloudFront takes what they sign.
fn path_and_query_match(pattern: &str, path: &str, query: Option<&str>) -> bool {
    if (query.is_none() || ends_with_star(pattern)) && matches(pattern, path) {
        return true;
    }
    let Some(query) = query else { return false };
    pattern.match_indices('?').any(|(at, _)| {
        let Some((before, from_mark)) = pattern.split_at_checked(at) else { return false };
        let before = before.strip_suffix('\\').unwrap_or(before);
        let after = from_mark.strip_prefix('?').unwrap_or(from_mark);
        matches(before, path) && matches(after, query)
    })
}

/// Whether the last character is a wildcard, and no `\*`.
fn ends_with_star(pattern: &str) -> bool {
    pattern.ends_with('*') && !pattern.ends_with(r"\*")
}

enum Token {
    Any,
    One,
    Literal(u8),
}

fn tokens(pattern: &str) -> impl Iterator<Item = Token> + '_ {
    let mut bytes = pattern.bytes().peekable();
    std::iter::from_fn(move || {
        Some(match bytes.next()? {
            b'*' => Token::Any,
            b'?' => Token::One,
            b'\\' => Token::Literal(bytes.next_if(|next| matches!(next, b'?' | b'*')).unwrap_or(b'\\')),
            other => Token::Literal(other),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_stay_within_their_section() {
        for (resource, url, expected) in [
            ("*", "https://h/a?b", true),
            ("https://h/a", "https://h/a", true),
            ("https://h/a", "http://h/a", false),
            ("http*://h/a", "http://h/a", true),
            ("http?://h/a", "https://h/a", true),
            ("http?://h/a", "http://h/a", false),
            ("h/a", "http://h/a", true),
            ("h/a", "https://h/a", true),
            ("*://h/a", "https://h/a", true),
            ("https://*.example.com/a", "https://cdn.example.com/a", true),
            ("https://*.example.com/a", "https://example.com/a", false),
            ("https://*.example.com/a", "https://evil.com/.example.com/a", false),
            ("https://*", "https://h/a?b", true),
            ("https://h*", "https://h.example.com/a/b?c", true),
            ("https://h*", "https://g/a", false),
            (r"https://h\*", "https://h*/a", false),
            ("https://h", "https://h/", false),
            ("https://h/*", "https://h/", true),
            ("https://h/*", "https://h/a/b/c", true),
            ("https://h/*", "https://h/a?b=c", true),
            ("https://h/*.m4s", "https://h/1.m4s", true),
            ("https://h/*.m4s", "https://h/1.m4s?x", false),
            ("https://h/*.m4s", "https://h/1.mp4?x=.m4s", false),
            ("https://h/hello*world", "https://h/hello-world", true),
            ("https://h/hello*world", "https://h/hello?world", false),
            ("https://h/movie1/*", "https://h/movie10/a", false),
            ("https://h/movie1*", "https://h/movie10/a", true),
            ("https://h/a?c", "https://h/abc", true),
            ("https://h/a?c", "https://h/ac", false),
            ("https://h/a?c", "https://h/abbc", false),
            (r"https://h/a\?b=c", "https://h/a?b=c", true),
            (r"https://h/a\?b=c", "https://h/aXb=c", false),
            (r"https://h/a\?b=c", "https://h/a", false),
            (r"https://h/a\?*", "https://h/a?anything", true),
            (r"https://h/a\?*", "https://h/a", false),
            (r"https://h/*\?b=*", "https://h/x/y?b=1&c=2", true),
            (r"https://h/*\?b=*", "https://h/x?a=1", false),
            // As the SDKs write it.
            ("https://h/a?b=c", "https://h/a?b=c", true),
            ("https://h/a?b=c?d", "https://h/a?b=c?d", true),
            ("https://h/a?b=c", "https://h/a?b=cc", false),
            ("https://h/?*?x*", "https://h/ab?x1", true),
            ("", "https://h/a", false),
            ("https://h/a", "", false),
            ("https://h/a", "h/a", false),
            (r"https://h/\", "https://h/a", false),
        ] {
            assert_eq!(covers(resource, url), expected, "{resource} on {url}");
        }
    }

    #[test]
    fn a_pattern_of_many_stars_takes_no_long_time() {
        let pattern = "*a".repeat(200);
        assert!(!matches(&pattern, &"a".repeat(199)));
        assert!(matches(&pattern, &"a".repeat(200)));
        assert!(!matches(&(pattern + "b"), &"a".repeat(8000)));
    }
}
