//! `playgate sign`: signed URLs and cookies.

use crate::instant::Instant;
use crate::{Answer, Failure, files, print, print_json, remark};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;
use signer::cloudfront::{
    Address, CannedPolicy, CookieAttributes, CookieAttributesError, Cookies, CustomPolicy, Epoch, KeyPairId,
    Policy, Resource, SameSite, Signed, Signer,
};
use signer::keys::Hash;
use std::path::PathBuf;

#[derive(Subcommand)]
pub(crate) enum Sign {
    /// Sign one URL
    ///
    /// With nothing but an expiry the policy is canned, and the URL short. A start, a network or a resource
    /// makes it custom; then the policy travels in the URL.
    Url(SignUrl),
    /// Make signed cookies for everything that a resource covers
    Cookies(SignCookies),
    /// Make the query that a playlist carries on each of its URIs, for `playgate hls sign --query`
    Query(SignQuery),
}

#[derive(Args)]
pub(crate) struct SignQuery {
    /// What the query opens: `*` and `?` are wildcards, `\?` is a question mark
    #[arg(long)]
    resource: String,
    #[command(flatten)]
    with: With,
    /// Print one JSON object instead of the query
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(crate) struct SignUrl {
    /// The URL to sign, http or https
    #[arg(long)]
    url: String,
    #[command(flatten)]
    with: With,
    /// What the signature covers, if more than the URL: `*` and `?` are wildcards, `\?` is a question mark
    #[arg(long)]
    resource: Option<String>,
    /// Print one JSON object instead of the URL
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(crate) struct SignCookies {
    /// What the cookies open: `*` and `?` are wildcards, `\?` is a question mark
    #[arg(long)]
    resource: String,
    #[command(flatten)]
    with: With,
    /// The cookies' domain; left out, browsers send them only to the host that set them
    #[arg(long)]
    domain: Option<String>,
    /// The cookies' path
    #[arg(long, default_value = "/")]
    path: String,
    /// Whether browsers send them for pages of other sites; `none` where the player's page is on another one
    #[arg(long, value_enum)]
    same_site: Option<SameSiteName>,
    /// How to print them
    #[arg(long, value_enum, default_value_t = Format::SetCookie)]
    format: Format,
    /// Same as `--format json`
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// Use a canned policy: shorter, and only for a resource without wildcards
    #[arg(long, conflicts_with_all = ["starts", "ip"])]
    canned: bool,
}

#[derive(Args)]
struct With {
    /// The public key's id in CloudFront
    #[arg(long)]
    key_pair_id: String,
    /// The private key: PEM, RSA-2048 or P-256
    #[arg(long)]
    key: PathBuf,
    /// When the grant ends: epoch seconds, RFC 3339, or from now, such as +2h
    #[arg(long)]
    expires: Instant,
    /// When the grant begins
    #[arg(long)]
    starts: Option<Instant>,
    /// The only IPv4 network that may use it, such as 203.0.113.0/24
    #[arg(long)]
    ip: Option<String>,
    /// The hash that is signed; sha1 only for what cannot do better
    #[arg(long, value_enum, default_value_t = HashName::Sha256)]
    hash: HashName,
}

#[derive(Clone, Copy, ValueEnum)]
enum HashName {
    Sha1,
    Sha256,
}

#[derive(Clone, Copy, ValueEnum)]
enum SameSiteName {
    None,
    Lax,
    Strict,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// One `Set-Cookie` header a line
    SetCookie,
    /// One `Cookie` header, for a request
    Header,
    /// A cookie file for curl, ffmpeg and others
    Netscape,
    /// A JSON object of names and values
    Json,
}

impl Sign {
    pub(crate) fn run(self) -> Answer {
        match self {
            Self::Url(command) => command.run(),
            Self::Cookies(command) => command.run(),
            Self::Query(command) => command.run(),
        }
    }
}

impl SignUrl {
    fn run(self) -> Answer {
        let address = Address::new(&self.url).map_err(|error| Failure::about("--url", error))?;
        let signer = self.with.signer()?;
        let expires = self.with.expires()?;
        let canned = self.resource.is_none() && self.with.starts.is_none() && self.with.ip.is_none();
        let (url, policy) = if canned {
            let proof = sign(&signer, CannedPolicy::new(address, expires))?;
            (proof.url(), proof.policy().to_json())
        } else {
            let resource = match &self.resource {
                Some(pattern) => {
                    Resource::pattern(pattern).map_err(|error| Failure::about("--resource", error))?
                }
                None => Resource::exact(&address).map_err(|error| Failure::about("--url", error))?,
            };
            let proof = sign(&signer, self.with.custom(resource)?)?;
            let url = proof.url(&address).map_err(|error| Failure::about("--resource", error))?;
            (url, proof.policy().to_json())
        };
        self.with.warn();
        if !self.json {
            return print(&url);
        }
        let kind = if canned { "canned" } else { "custom" };
        print_json(&json!({ "url": url, "kind": kind, "policy": policy, "expires": expires.seconds() }))
    }
}

impl SignQuery {
    fn run(self) -> Answer {
        let resource =
            Resource::pattern(&self.resource).map_err(|error| Failure::about("--resource", error))?;
        let proof = sign(&self.with.signer()?, self.with.custom(resource)?)?;
        self.with.warn();
        if !self.json {
            return print(&proof.query());
        }
        let (policy, expires) = (proof.policy().to_json(), proof.policy().expires().seconds());
        print_json(&json!({ "query": proof.query(), "policy": policy, "expires": expires }))
    }
}

impl SignCookies {
    fn run(self) -> Answer {
        let mut attributes = CookieAttributes::new(self.domain.as_deref(), &self.path).map_err(|error| {
            let argument =
                if matches!(error, CookieAttributesError::Path { .. }) { "--path" } else { "--domain" };
            Failure::about(argument, error)
        })?;
        if let Some(same_site) = self.same_site {
            attributes = attributes.same_site(match same_site {
                SameSiteName::None => SameSite::None,
                SameSiteName::Lax => SameSite::Lax,
                SameSiteName::Strict => SameSite::Strict,
            });
        }
        let signer = self.with.signer()?;
        let (cookies, host) = if self.canned {
            let address =
                Address::new(&self.resource).map_err(|error| Failure::about("--resource", error))?;
            if address.as_str().contains('*') {
                return Err(Failure::about(
                    "--resource",
                    "a canned policy has no wildcards: leave `--canned` out",
                ));
            }
            let host = Resource::exact(&address).ok().and_then(|resource| resource.host().map(str::to_owned));
            (sign(&signer, CannedPolicy::new(address, self.with.expires()?))?.cookies(), host)
        } else {
            let resource =
                Resource::pattern(&self.resource).map_err(|error| Failure::about("--resource", error))?;
            let host = resource.host().map(str::to_owned);
            (sign(&signer, self.with.custom(resource)?)?.cookies(), host)
        };
        self.warn(host.as_deref());
        self.print(&cookies, &attributes, host)
    }

    /// Says what would keep clients from sending the cookies.
    fn warn(&self, host: Option<&str>) {
        self.with.warn();
        if self.resource.starts_with("http://") {
            remark("warning: the cookies are marked Secure, so that clients send them over https only");
        }
        let domain = self.domain.as_deref().map(|domain| domain.trim_start_matches('.').to_ascii_lowercase());
        if let (Some(host), Some(domain)) = (host, domain.as_deref())
            && host != domain
            && !host.strip_suffix(domain).is_some_and(|before| before.ends_with('.'))
        {
            remark(&format!("warning: no client sends cookies of `{domain}` to `{host}`"));
        }
    }

    fn print(&self, cookies: &Cookies, attributes: &CookieAttributes, host: Option<String>) -> Answer {
        match if self.json { Format::Json } else { self.format } {
            Format::SetCookie => {
                let lines: Vec<String> = cookies
                    .set_cookie(attributes)
                    .into_iter()
                    .map(|cookie| format!("Set-Cookie: {cookie}"))
                    .collect();
                print(&lines.join("\n"))
            }
            Format::Header => print(&format!("Cookie: {}", cookies.header())),
            Format::Netscape => {
                let host = match (host, &self.domain) {
                    (Some(host), _) => host,
                    (None, Some(domain)) => domain.clone(),
                    (None, None) => {
                        let why = "a cookie file names a host, and the resource has a wildcard there: pass `--domain`";
                        return Err(Failure::Refused(why.to_owned()));
                    }
                };
                print(cookies.netscape(attributes, &host).trim_end())
            }
            Format::Json => {
                let map: serde_json::Map<_, _> =
                    cookies.pairs().iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
                print_json(&serde_json::Value::Object(map))
            }
        }
    }
}

impl With {
    fn signer(&self) -> Result<Signer, Failure> {
        let id = KeyPairId::new(&self.key_pair_id).map_err(|error| Failure::about("--key-pair-id", error))?;
        let hash = match self.hash {
            HashName::Sha1 => Hash::Sha1,
            HashName::Sha256 => Hash::Sha256,
        };
        Ok(Signer::new(id, files::private_key(&self.key)?, hash))
    }

    fn expires(&self) -> Result<Epoch, Failure> {
        Epoch::new(self.expires.0).map_err(|error| Failure::about("--expires", error))
    }

    /// Says what makes a proof useless that is right in itself.
    fn warn(&self) {
        if Instant::or_now(None).is_ok_and(|now| self.expires.0 <= now) {
            remark("warning: the expiry has passed already");
        }
    }

    fn custom(&self, resource: Resource) -> Result<CustomPolicy, Failure> {
        let mut policy = CustomPolicy::new(resource, self.expires()?);
        if let Some(Instant(starts)) = self.starts {
            let about = |error: &dyn std::fmt::Display| Failure::about("--starts", error);
            let starts = Epoch::new(starts).map_err(|error| about(&error))?;
            policy = policy.starting(starts).map_err(|error| about(&error))?;
        }
        if let Some(network) = &self.ip {
            policy = policy.only_from(network).map_err(|error| Failure::about("--ip", error))?;
        }
        Ok(policy)
    }
}

fn sign<P: Policy>(signer: &Signer, policy: P) -> Result<Signed<P>, Failure> {
    signer.sign(policy).map_err(|error| Failure::about("--key", error))
}
