//! Wildcards against a second reading of the documentation: recursive, slow, and short enough to be checked by eye.

use crate::refused::{inserted, removed, replaced};
use crate::{address, config, exact_address, generalised};
use proptest::prelude::*;
use proptest::sample::select;
use signer::cloudfront::{Address, Resource};

/// The documentation read slowly: `*` any number, `?` exactly one, `\?` itself.
fn glob(pattern: &[u8], text: &[u8]) -> bool {
    match pattern {
        [] => text.is_empty(),
        [b'\\', b'?', rest @ ..] => text.first() == Some(&b'?') && glob(rest, &text[1..]),
        [b'*', rest @ ..] => (0..=text.len()).any(|taken| glob(rest, &text[taken..])),
        [b'?', rest @ ..] => !text.is_empty() && glob(rest, &text[1..]),
        [literal, rest @ ..] => text.first() == Some(literal) && glob(rest, &text[1..]),
    }
}

/// Each section for itself; the query begins at any question mark that may be meant so.
fn reference_covers(resource: &str, url: &str) -> bool {
    let sections = |text: &str| {
        let (protocol, rest) = match text.split_once("://") {
            Some((protocol, rest)) => (Some(protocol.to_owned()), rest.to_owned()),
            None => (None, text.to_owned()),
        };
        let path_at = rest.find('/').unwrap_or(rest.len());
        let (domain, path_and_query) = rest.split_at(path_at);
        (protocol, domain.to_owned(), path_and_query.to_owned())
    };
    let same = |pattern: &str, text: &str| glob(pattern.as_bytes(), text.as_bytes());
    let (protocol, domain, rest) = sections(resource);
    let (url_protocol, url_domain, url_rest) = sections(url);
    let (path, query) = match url_rest.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (url_rest.as_str(), None),
    };
    let rest_covers = if rest.is_empty() {
        domain.ends_with('*')
    } else {
        let as_path = same(&rest, path) && (query.is_none() || rest.ends_with('*'));
        let as_path_and_query = query.is_some_and(|query| {
            rest.match_indices('?').any(|(at, _)| {
                let (before, after) = rest.split_at(at);
                let before = before.strip_suffix('\\').unwrap_or(before);
                same(before, path) && after.strip_prefix('?').is_some_and(|after| same(after, query))
            })
        });
        as_path || as_path_and_query
    };
    resource == "*"
        || protocol.is_none_or(|protocol| same(&protocol, &url_protocol.unwrap()))
            && same(&domain, &url_domain)
            && rest_covers
}

fn small_pattern() -> impl Strategy<Value = Resource> {
    let protocol = select(vec!["", "http://", "https://", "http*://", "http?://", "*://", "?????://"]);
    let domain = select(vec!["ab", "*", "a*", "*b", "a?", "??", "a", "?*?", "b*"]);
    let rest = prop::collection::vec(select(vec!["/", "a", "b", "*", "?", r"\?", "&"]), 0..8);
    (protocol, domain, any::<bool>(), rest).prop_filter_map("no pattern", |(protocol, domain, path, rest)| {
        let path = if path { format!("/{}", rest.concat()) } else { String::new() };
        Resource::pattern(&format!("{protocol}{domain}{path}")).ok()
    })
}

fn small_address() -> impl Strategy<Value = Address> {
    let path = prop::collection::vec(select(vec!["/", "a", "b"]), 0..5);
    let query = prop::option::of(prop::collection::vec(select(vec!["a", "b", "?", "&"]), 0..5));
    (select(vec!["http", "https"]), select(vec!["ab", "a", "bb"]), path, query).prop_map(
        |(scheme, host, path, query)| {
            let query = query.map(|query| format!("?{}", query.concat())).unwrap_or_default();
            Address::new(&format!("{scheme}://{host}/{}{query}", path.concat())).unwrap()
        },
    )
}

proptest! {
    #![proptest_config(config(20_000))]

    /// Small alphabets, so that about as many match as do not.
    #[test]
    fn wildcards_match_as_documented(resource in small_pattern(), address in small_address()) {
        let expected = reference_covers(resource.as_str(), address.as_str());
        prop_assert_eq!(resource.covers(&address), expected, "{} on {}", resource, address);
    }
}

proptest! {
    #![proptest_config(config(1_500))]

    /// Patterns that were made from the address, and one that is damaged.
    #[test]
    fn generalised_patterns_match_as_documented(
        address in exact_address(),
        other in exact_address(),
        choices in prop::collection::vec(any::<u8>(), 1..20),
    ) {
        // Many stars would keep the slow reading busy for ever.
        let pattern = generalised(&address, &choices);
        prop_assume!(pattern.matches('*').count() < 5 && pattern.matches("://").count() == 1);
        let Ok(resource) = Resource::pattern(&pattern) else { return Err(TestCaseError::reject("a reserved name")) };
        prop_assert!(resource.covers(&address) && reference_covers(&pattern, address.as_str()), "{}", pattern);
        prop_assert_eq!(resource.covers(&other), reference_covers(&pattern, other.as_str()), "{} on {}", pattern, other);
    }

    /// An exact resource covers its address, and nothing that differs from it.
    #[test]
    fn an_exact_resource_covers_nothing_else(
        address in exact_address(),
        other in address(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), (32..127_u8).prop_map(char::from)), 10),
    ) {
        let resource = Resource::exact(&address).unwrap();
        prop_assert!(resource.covers(&address));
        prop_assert_eq!(resource.covers(&other), other == address);
        for (at, new) in changes {
            let at = at.index(address.as_str().len());
            let texts = [replaced(address.as_str(), at, new), Some(inserted(address.as_str(), at, new)), Some(removed(address.as_str(), at))];
            for changed in texts.into_iter().flatten().filter_map(|text| Address::new(&text).ok()) {
                prop_assert_eq!(resource.covers(&changed), changed == address, "{} and {}", address, changed);
            }
        }
    }
}
