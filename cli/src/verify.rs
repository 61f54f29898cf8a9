//! `playgate verify`: what CloudFront's edge would answer.

use crate::instant::{Instant, rfc3339};
use crate::{Answer, Failure, files, print, print_json, remark};
use clap::{Args, Subcommand};
use serde_json::json;
use signer::cloudfront::KeyPairId;
use signer::cloudfront::verify::{Allowed, KeyGroup, Presented, Reason, Request};
use std::net::IpAddr;
use std::path::PathBuf;

#[derive(Subcommand)]
pub(crate) enum Verify {
    /// Check a signed URL
    Url(VerifyUrl),
    /// Check signed cookies for a URL
    Cookies(VerifyCookies),
}

#[derive(Args)]
pub(crate) struct VerifyUrl {
    /// The signed URL, as a viewer would request it
    #[arg(long)]
    url: String,
    #[command(flatten)]
    under: Under,
}

#[derive(Args)]
pub(crate) struct VerifyCookies {
    /// The URL that is requested
    #[arg(long)]
    url: String,
    /// The `Cookie` header, or `Set-Cookie` lines, or a cookie file's lines; repeat it for several
    #[arg(long, required = true)]
    cookie: Vec<String>,
    #[command(flatten)]
    under: Under,
}

#[derive(Args)]
struct Under {
    /// A public key's id in CloudFront; repeat it, with its key, for a group of several
    #[arg(long, required = true)]
    key_pair_id: Vec<String>,
    /// That public key, in PEM
    #[arg(long, required = true)]
    public_key: Vec<PathBuf>,
    /// The viewer's address; left out, it is unknown
    #[arg(long)]
    ip: Option<IpAddr>,
    /// The time of the request: epoch seconds or RFC 3339; left out, now
    #[arg(long)]
    at: Option<Instant>,
    /// Print one JSON object with the details, the refusal's XML among them
    #[arg(long)]
    json: bool,
}

impl Verify {
    pub(crate) fn run(self) -> Answer {
        match self {
            Self::Url(VerifyUrl { url, under }) => under.run(&url, &[]),
            Self::Cookies(VerifyCookies { url, cookie, under }) => {
                let headers: Vec<String> = cookie.iter().map(|text| cookie_header(text)).collect();
                let cookies: Vec<&str> = headers.iter().map(String::as_str).collect();
                under.run(&url, &cookies)
            }
        }
    }
}

impl Under {
    fn run(&self, url: &str, cookies: &[&str]) -> Answer {
        let keys = self.key_group()?;
        let now = Instant::or_now(self.at)?;
        match keys.verify(&Request { url, cookies, client: self.ip, now }) {
            Ok(allowed) => self.allowed(&allowed),
            Err(reason) => self.refused(url, &reason),
        }
    }

    fn key_group(&self) -> Result<KeyGroup, Failure> {
        if self.key_pair_id.len() != self.public_key.len() {
            let why = "each `--key-pair-id` needs its `--public-key`, and the other way round";
            return Err(Failure::Usage(why.to_owned()));
        }
        self.key_pair_id.iter().zip(&self.public_key).try_fold(KeyGroup::new(), |group, (id, path)| {
            let id = KeyPairId::new(id).map_err(|error| Failure::about("--key-pair-id", error))?;
            Ok(group.with(id, files::public_key(path)?))
        })
    }

    fn allowed(&self, allowed: &Allowed) -> Answer {
        if allowed.resource.is_none() {
            remark(
                "warning: the policy names no resource, so it opens every file of every distribution that trusts the key",
            );
        }
        if !self.json {
            remark(&format!(
                "until {}, by the key {}",
                rfc3339(allowed.expires.seconds().into()),
                allowed.key_pair_id
            ));
            return print("allowed");
        }
        let presented = match allowed.presented {
            Presented::Url => "url",
            Presented::Cookies => "cookies",
        };
        print_json(&json!({
            "outcome": "allowed",
            "expires": allowed.expires.seconds(),
            "key_pair_id": allowed.key_pair_id.as_str(),
            "presented": presented,
            "resource": allowed.resource,
        }))
    }

    fn refused(&self, url: &str, reason: &Reason) -> Answer {
        let code = reason.code();
        if !self.json {
            remark(&reason.to_string());
            if matches!(reason, Reason::NoKeyPairId) && url.contains("&amp;") {
                remark(
                    "the URL holds `&amp;`, which is HTML's way to write `&`: copy it from where it is not escaped",
                );
            }
            return print(code.as_str());
        }
        print_json(&json!({
            "outcome": "refused",
            "code": code.as_str(),
            "status": code.status(),
            "reason": reason.name(),
            "message": reason.to_string(),
            "body": code.xml(),
        }))
    }
}

/// A `Cookie` header's value, from whatever form of the cookies people have at hand.
fn cookie_header(text: &str) -> String {
    let pairs = text.lines().filter_map(|line| {
        if line.starts_with('#') && !line.starts_with("#HttpOnly_") {
            return None;
        }
        // HTTP/2, curl -v and browsers' tools write header names in lower case.
        let after = |name: &str| {
            let line = line.trim_start();
            line.get(..name.len())
                .filter(|start| start.eq_ignore_ascii_case(name))
                .and(line.get(name.len()..))
        };
        if let Some(set) = after("Set-Cookie:") {
            return set.split(';').next().map(|pair| pair.trim().to_owned());
        }
        if let [_, _, _, _, _, name, value] = line.split('\t').collect::<Vec<_>>().as_slice() {
            return Some(format!("{name}={value}"));
        }
        Some(after("Cookie:").unwrap_or(line).trim().to_owned())
    });
    pairs.collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_taken_in_any_form_that_we_print() {
        for (text, expected) in [
            ("a=1; b=2", "a=1; b=2"),
            ("Cookie: a=1; b=2", "a=1; b=2"),
            (" cookie: a=1; b=2", "a=1; b=2"),
            ("set-cookie: a=1; path=/", "a=1"),
            ("Set-Cookie: a=1; Path=/; Secure\nSet-Cookie: b=2; Path=/", "a=1; b=2"),
            ("# a jar\n#HttpOnly_h\tFALSE\t/\tTRUE\t9\ta\t1\nh\tFALSE\t/\tTRUE\t9\tb\t2", "a=1; b=2"),
            ("", ""),
        ] {
            assert_eq!(cookie_header(text), expected, "{text}");
        }
    }
}
