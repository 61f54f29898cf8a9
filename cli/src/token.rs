//! `playgate token`: access tokens, minted, looked into and verified.

use crate::instant::{Instant, rfc3339};
use crate::policy::device;
use crate::{Answer, Failure, files, harmless, print, print_json, remark};
use clap::{Args, Subcommand, ValueEnum};
use rights::viewer::Device;
use serde_json::{Value, json};
use signer::token::{
    ClaimError, Claims, Dialect, KeyRing, Policy, Refusal, Request, Scratch, TokenKey, UnverifiedClaim,
    UnverifiedToken, Validity, Verified, Verifier, inspect_unverified,
};
use std::net::IpAddr;
use std::path::PathBuf;

#[derive(Subcommand)]
pub(crate) enum Token {
    /// Mint a token for a path and everything below it
    Mint(Mint),
    /// Decode a token and show what it says, verifying nothing
    Inspect(Inspect),
    /// Verify a token against a request: prints `valid`, or the reason for the refusal
    Verify(Verify),
}

#[derive(Args)]
pub(crate) struct Mint {
    /// The key: a file of 32 or more random bytes, raw or as hex
    #[arg(long)]
    key: PathBuf,
    /// The key's id, by which verifiers find it
    #[arg(long)]
    kid: String,
    /// The path that the token opens, with everything below it, such as /vod/film/; players request it as
    /// `/t/TOKEN/vod/film/...`
    #[arg(long)]
    path: String,
    /// When the token ends: epoch seconds, RFC 3339, or from now, such as +2h
    #[arg(long)]
    expires: Instant,
    /// When the token begins
    #[arg(long)]
    not_before: Option<Instant>,
    /// The countries it is good in, as ISO 3166 codes, separated by commas
    #[arg(long, value_delimiter = ',')]
    country: Vec<String>,
    /// The network it is good from, IPv4 or IPv6, such as 203.0.113.0/24; repeat it for several
    #[arg(long)]
    ip: Vec<String>,
    /// The playback session, by which the token can be revoked
    #[arg(long)]
    session: Option<String>,
    /// The highest picture it opens, in lines; the edge holds requests against it, `token verify` only shows it
    #[arg(long)]
    max_height: Option<u32>,
    /// Who mints it
    #[arg(long)]
    issuer: Option<String>,
    /// Whom it is for; verifiers must then expect the same
    #[arg(long)]
    audience: Option<String>,
    /// Whom it is about: the account, by which all its tokens can be revoked
    #[arg(long)]
    subject: Option<String>,
    /// The viewer's tier, as policies write it; the edge decides by it at each request
    #[arg(long)]
    tier: Option<String>,
    /// What the viewer watches on, such as `tv`; the edge decides by it
    #[arg(long, value_parser = device)]
    device: Option<Device>,
    /// The subdivision in which the viewer is, such as NO-03; the edge decides by it where nobody knows better. It binds
    /// the token to nothing: `--country NO-03` does
    #[arg(long)]
    region: Option<String>,
    /// The HTTP methods it is good for, separated by commas
    #[arg(long, value_delimiter = ',')]
    method: Vec<String>,
    /// The labels to write: `cta` as registered, `aws` as in AWS's sample for CloudFront Functions
    #[arg(long, value_enum, default_value_t = DialectName::Cta)]
    dialect: DialectName,
    /// Print one JSON object instead of the token
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(crate) struct Inspect {
    /// The token, or `-` to read it from stdin
    token: String,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(crate) struct Verify {
    /// The token, or `-` to read it from stdin
    token: String,
    /// A key file; repeat it, with its id, where keys are being rotated
    #[arg(long, required = true)]
    key: Vec<PathBuf>,
    /// That key's id
    #[arg(long, required = true)]
    kid: Vec<String>,
    /// The path that is requested, without the token in it: /vod/x for /t/TOKEN/vod/x; left out, it is unknown, and a
    /// token that restricts it is refused
    #[arg(long)]
    path: Option<String>,
    /// The viewer's country; likewise
    #[arg(long)]
    country: Option<String>,
    /// The viewer's subdivision, such as NO-03; likewise
    #[arg(long)]
    region: Option<String>,
    /// The viewer's address; likewise
    #[arg(long)]
    ip: Option<IpAddr>,
    /// The HTTP method; likewise
    #[arg(long)]
    method: Option<String>,
    /// The time of the request: epoch seconds or RFC 3339; left out, now
    #[arg(long)]
    at: Option<Instant>,
    /// The issuer that the token must name
    #[arg(long)]
    issuer: Option<String>,
    /// The audience that the token must name; a token that names one is refused without it
    #[arg(long)]
    audience: Option<String>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum DialectName {
    Cta,
    Aws,
}

impl Token {
    pub(crate) fn run(self) -> Answer {
        match self {
            Self::Mint(command) => command.run(),
            Self::Inspect(command) => command.run(),
            Self::Verify(command) => command.run(),
        }
    }
}

impl Mint {
    fn run(self) -> Answer {
        let ring = key_ring(std::slice::from_ref(&self.kid), std::slice::from_ref(&self.key))?;
        let claims = self.claims()?;
        let dialect = match self.dialect {
            DialectName::Cta => Dialect::Cta,
            DialectName::Aws => Dialect::Aws,
        };
        let token = ring
            .mint(&claims, dialect, Instant::or_now(None)?)
            .map_err(|error| Failure::Refused(error.to_string()))?;
        if !self.json {
            return print(&token);
        }
        let shown = inspect_unverified(&token).map_err(|error| Failure::Refused(error.to_string()))?;
        print_json(&json!({ "token": token, "bytes": shown.bytes, "expires": self.expires.0 }))
    }

    fn claims(&self) -> Result<Claims, Failure> {
        let about = |argument: &'static str| move |error: ClaimError| Failure::about(argument, error);
        let mut claims =
            Claims::expiring_at(self.expires.0).path(self.path.as_str()).map_err(about("--path"))?;
        if let Some(Instant(seconds)) = self.not_before {
            claims = claims.not_before(seconds);
        }
        if !self.country.is_empty() {
            claims = claims.countries(&self.country).map_err(about("--country"))?;
        }
        if !self.ip.is_empty() {
            claims = claims.networks(&self.ip).map_err(about("--ip"))?;
        }
        if let Some(session) = &self.session {
            claims = claims.session(session).map_err(about("--session"))?;
        }
        if let Some(issuer) = &self.issuer {
            claims = claims.issuer(issuer.as_str()).map_err(about("--issuer"))?;
        }
        if let Some(audience) = &self.audience {
            claims = claims.audience(audience.as_str()).map_err(about("--audience"))?;
        }
        if let Some(subject) = &self.subject {
            claims = claims.subject(subject.as_str()).map_err(about("--subject"))?;
        }
        if let Some(tier) = &self.tier {
            if tier == "anonymous" {
                let what = "--tier: `anonymous` is for viewers without a login: leave the option out";
                return Err(Failure::Usage(what.to_owned()));
            }
            claims = claims.tier(tier.as_str()).map_err(about("--tier"))?;
        }
        if let Some(device) = self.device {
            claims = claims.device(device.name()).map_err(about("--device"))?;
        }
        if let Some(region) = &self.region {
            claims = claims.region(region).map_err(about("--region"))?;
        }
        if !self.method.is_empty() {
            claims = claims.methods(&self.method).map_err(about("--method"))?;
        }
        if let Some(height) = self.max_height {
            claims = claims.max_height(height);
        }
        Ok(claims)
    }
}

impl Inspect {
    fn run(self) -> Answer {
        let token = files::argument_or_stdin(&self.token)?;
        let shown = inspect_unverified(token.trim()).map_err(|error| Failure::Refused(error.to_string()))?;
        remark("nothing of this was verified: anybody can write such a token");
        if self.json {
            let value = serde_json::to_value(&shown).map_err(|error| Failure::Refused(error.to_string()))?;
            return print_json(&value);
        }
        print(&for_people(&shown))
    }
}

impl Verify {
    fn run(self) -> Answer {
        let ring = key_ring(&self.kid, &self.key)?;
        let token = files::argument_or_stdin(&self.token)?;
        let now = Instant::or_now(self.at)?;
        let policy = Policy { issuer: self.issuer.clone(), audience: self.audience.clone(), leeway: 0 };
        let request = Request {
            path: self.path.as_deref(),
            country: self.country.as_deref(),
            region: self.region.as_deref(),
            ip: self.ip,
            method: self.method.as_deref(),
            ..Request::default()
        };
        match Verifier::new(ring, policy).verify(token.trim(), &request, now, &mut Scratch::new()) {
            Ok(verified) => self.valid(&verified),
            Err(refusal) => self.refused(&refusal),
        }
    }

    fn valid(&self, verified: &Verified<'_>) -> Answer {
        if !self.json {
            let cap = verified.max_height().map(|lines| format!(", up to {lines} lines")).unwrap_or_default();
            remark(&format!("until {}{cap}", rfc3339(verified.expires_at())));
            return print("valid");
        }
        let text = |bytes: Option<&[u8]>| bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        print_json(&json!({
            "outcome": "valid",
            "expires": verified.expires_at(),
            "not_before": verified.not_before(),
            "path": verified.path_scope(),
            "session": text(verified.session()),
            "max_height": verified.max_height(),
            "issuer": verified.issuer(),
            "subject": verified.subject(),
            "tier": verified.tier(),
            "device": verified.device(),
            "region": verified.region(),
            "kid": text(Some(verified.kid())),
            "dialect": verified.dialect().name(),
        }))
    }

    fn refused(&self, refusal: &Refusal) -> Answer {
        if !self.json {
            remark(&refusal.to_string());
            return print(refusal.code());
        }
        let message = refusal.to_string();
        print_json(&json!({ "outcome": "refused", "reason": refusal.code(), "message": message }))
    }
}

fn key_ring(kids: &[String], paths: &[PathBuf]) -> Result<KeyRing, Failure> {
    if kids.len() != paths.len() {
        return Err(Failure::Usage("each `--kid` needs its `--key`, and the other way round".to_owned()));
    }
    let mut ring = KeyRing::new();
    for (kid, path) in kids.iter().zip(paths) {
        let key = TokenKey::from_file(&files::read_small(path)?)
            .map_err(|error| Failure::about(&path.display().to_string(), error))?;
        ring.add(kid, key, Validity::ALWAYS).map_err(|error| Failure::about("--kid", error))?;
    }
    Ok(ring)
}

/// A line a claim; times are written out.
fn for_people(token: &UnverifiedToken) -> String {
    let mut lines = vec![
        format!("bytes      {}", token.bytes),
        format!("algorithm  {}", token.algorithm.as_deref().unwrap_or("none named")),
        format!("kid        {}", token.kid.as_deref().unwrap_or("none named")),
    ];
    lines.extend(token.claims.iter().map(claim_for_people));
    lines.iter().map(|line| harmless(line)).collect::<Vec<_>>().join("\n")
}

fn claim_for_people(UnverifiedClaim { label, name, value }: &UnverifiedClaim) -> String {
    let title = name.map_or_else(|| label.to_string(), |name| format!("{name} ({label})"));
    let value = match (name, value) {
        (Some("exp" | "nbf" | "iat"), Value::Number(seconds)) => seconds
            .as_u64()
            .map_or_else(|| seconds.to_string(), |seconds| format!("{} ({seconds})", rfc3339(seconds))),
        (_, Value::String(text)) => text.clone(),
        (_, other) => other.to_string(),
    };
    format!("claim      {title}: {value}")
}
