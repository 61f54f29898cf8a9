//! Finding the proof in a request: in the query, else in cookies.

use super::{Presented, Reason, Request};
use crate::cloudfront::LONGEST_URL;
use crate::cloudfront::address::dot_segment;
use std::borrow::Cow;

/// What a request presents, still unchecked.
pub(super) struct Credentials<'a> {
    /// The URL without CloudFront's parameters.
    pub(super) url: Cow<'a, str>,
    pub(super) grant: Grant<'a>,
    pub(super) signature: Option<&'a str>,
    pub(super) key_pair_id: Option<&'a str>,
    pub(super) hash: Option<&'a str>,
    pub(super) presented: Presented,
}

pub(super) enum Grant<'a> {
    Canned { expires: &'a str },
    Custom { policy: &'a str },
}

impl<'a> Credentials<'a> {
    pub(super) fn find(request: &Request<'a>) -> Result<Self, Reason> {
        check_url(request.url)?;
        let (base, query) = match request.url.split_once('?') {
            Some((base, query)) => (base, Some(query)),
            None => (request.url, None),
        };
        let mut found = Fields::default();
        let mut own = Vec::new();
        for pair in query.into_iter().flat_map(|query| query.split('&')) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match found.slot(name) {
                Some((name, slot)) => fill(name, slot, value)?,
                None => own.push(pair),
            }
        }
        if found.any() {
            // Not by the joined text: an empty pair that somebody put in is a change of the URL, too.
            let url = if own.is_empty() { base.to_owned() } else { format!("{base}?{}", own.join("&")) };
            return found.into_credentials(Cow::Owned(url), Presented::Url);
        }
        let mut found = Fields::default();
        for pair in request.cookies.iter().flat_map(|header| header.split(';')) {
            let Some((name, value)) = pair.trim_matches([' ', '\t']).split_once('=') else { continue };
            let Some(name) = name.strip_prefix("CloudFront-") else { continue };
            if let Some((name, slot)) = found.slot(name) {
                fill(name, slot, value)?;
            }
        }
        if found.any() {
            return found.into_credentials(Cow::Borrowed(request.url), Presented::Cookies);
        }
        Err(Reason::NoCredentials)
    }
}

#[derive(Default)]
struct Fields<'a> {
    expires: Option<&'a str>,
    policy: Option<&'a str>,
    signature: Option<&'a str>,
    key_pair_id: Option<&'a str>,
    hash: Option<&'a str>,
}

impl<'a> Fields<'a> {
    fn slot(&mut self, name: &str) -> Option<(&'static str, &mut Option<&'a str>)> {
        Some(match name {
            "Expires" => ("Expires", &mut self.expires),
            "Policy" => ("Policy", &mut self.policy),
            "Signature" => ("Signature", &mut self.signature),
            "Key-Pair-Id" => ("Key-Pair-Id", &mut self.key_pair_id),
            "Hash-Algorithm" => ("Hash-Algorithm", &mut self.hash),
            _ => return None,
        })
    }

    fn any(&self) -> bool {
        self.expires.or(self.policy).or(self.signature).or(self.key_pair_id).is_some()
    }

    fn into_credentials(self, url: Cow<'a, str>, presented: Presented) -> Result<Credentials<'a>, Reason> {
        // Without a key nobody looks at the policy, so that this comes first.
        if self.key_pair_id.is_none_or(str::is_empty) {
            return Err(Reason::NoKeyPairId);
        }
        let grant = match (self.expires, self.policy) {
            (Some(expires), None) => Grant::Canned { expires },
            (None, Some(policy)) => Grant::Custom { policy },
            (None, None) => return Err(Reason::NoPolicy),
            (Some(_), Some(_)) => return Err(Reason::TwoPolicies),
        };
        let Self { signature, key_pair_id, hash, .. } = self;
        Ok(Credentials { url, grant, signature, key_pair_id, hash, presented })
    }
}

fn fill<'a>(name: &'static str, slot: &mut Option<&'a str>, value: &'a str) -> Result<(), Reason> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(Reason::Repeated { name }),
    }
}

fn check_url(url: &str) -> Result<(), Reason> {
    let wrong = |detail| Err(Reason::Url { detail });
    if url.len() > LONGEST_URL {
        return wrong("it is longer than the 8192 bytes that CloudFront takes");
    }
    let Some(rest) = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")) else {
        return wrong("it must begin with `https://` or `http://`");
    };
    if !rest.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte)) {
        return wrong("it holds a character that may not stand in a URL");
    }
    if rest.contains('#') {
        return wrong("it has a fragment (`#`), which viewers do not send");
    }
    let Some((host, path)) = rest.split_once('/') else {
        return wrong("it has no path");
    };
    if host.is_empty() || host.contains(['@', '?']) {
        return wrong("it names no host");
    }
    let path = path.split('?').next().unwrap_or_default();
    if dot_segment(path).is_some() {
        return wrong(
            "its path has a dot segment, plain or encoded, which somebody on the way would resolve",
        );
    }
    Ok(())
}
