//! What only the whole shows: the edge is opened here as it will be there, and asked about every title.

use super::addresses::day;
use super::build::Target;
use super::configuration::Configuration;
use super::materials::Finished;
use super::worker::binding;
use crate::instant::rfc3339;
use crate::policy::Usable;
use edge::route::Kind;
use edge::{Delivery, Edge, Parts};
use rights::language::Problem;
use rights::model::{Pattern, Spot, Titles};
use rights::places::Place;
use std::collections::BTreeMap;
use std::path::Path;

/// What is looked at.
pub(super) struct Question<'q> {
    pub(super) configuration: &'q Configuration,
    pub(super) materials: &'q Finished,
    pub(super) policies: &'q Usable,
    /// Where the policies stand.
    pub(super) folder: &'q Path,
    pub(super) target: Target,
    pub(super) now: i64,
}

/// Finds what would keep it from working, and what is hardly meant.
pub(super) fn check(question: &Question<'_>, problems: &mut Vec<Problem>) {
    question.keys(problems);
    question.worker(problems);
    match question.open() {
        Ok(edge) => question.titles(&edge, problems),
        Err(problem) => {
            problems.push(question.configuration.mistake(&problem.place, "configuration", &problem.what));
        }
    }
    question.logins(problems);
    question.grants(problems);
}

impl Question<'_> {
    fn open(&self) -> Result<Edge, edge::Problem> {
        let keys = self.materials.keys_json();
        let parts = Parts {
            settings: &self.materials.settings,
            bundle: self.policies.bundle.bytes().to_vec(),
            keys: keys.as_bytes(),
            withdrawn: self.materials.revocations.as_ref().map(|set| set.bytes.as_slice()),
            countries: self.materials.addresses.as_ref().map(|table| table.bytes.clone()),
            seed: 0,
            now: self.now,
        };
        let mut edge = Edge::open(parts)?;
        edge.read_logins()?;
        Ok(edge)
    }

    /// Titles that a route takes for others: their rights would be confused.
    fn titles(&self, edge: &Edge, problems: &mut Vec<Problem>) {
        let mut named: BTreeMap<String, &Spot> = BTreeMap::new();
        let mut name = |titles: &[Pattern], spot| {
            for pattern in titles {
                let title = match pattern {
                    Pattern::All => continue,
                    Pattern::Exactly(title) => title.clone(),
                    // Any of those below will do: a route that takes one for another takes all.
                    Pattern::Below(prefix) => format!("{prefix}/-"),
                };
                named.entry(title).or_insert(spot);
            }
        };
        let policy = &self.policies.policy;
        let grants = policy.grants.iter().map(|grant| (&grant.titles, &grant.spot));
        let blackouts = policy.blackouts.iter().map(|blackout| (&blackout.titles, &blackout.spot));
        for (Titles { include, exclude }, spot) in grants.chain(blackouts) {
            name(include, spot);
            name(exclude, spot);
        }
        for expectation in &policy.expectations {
            name(&[Pattern::Exactly(expectation.title.clone())], &expectation.spot);
        }
        for (title, spot) in named {
            let Some((path, other)) = edge.mistaken(&title) else { continue };
            let taken = if other.is_empty() {
                "fits no route, or one without a title: what stands behind titles in a route is no part of one"
                    .to_owned()
            } else {
                format!("is taken for the title `{other}`")
            };
            let what = format!("the title `{title}` cannot be played: its path `{path}` {taken}");
            let help = "rename it, or change the routes";
            problems.push(self.in_policies(spot, "mistaken-title", &what).help(help));
        }
    }

    fn in_policies(&self, spot: &Spot, code: &'static str, what: &str) -> Problem {
        let path = self.folder.join(&*spot.file);
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let number = usize::try_from(spot.line).unwrap_or(0).saturating_sub(1);
        let line = text.lines().nth(number).unwrap_or_default();
        let column = usize::try_from(spot.column).unwrap_or(0);
        let length = u32::try_from((line.chars().count() + 1).saturating_sub(column)).unwrap_or(1);
        let spot = Spot { file: path.display().to_string().into(), ..spot.clone() };
        Problem::at(&spot, length, line, code, what)
    }

    /// Keys that are not valid now, or not for long.
    fn keys(&self, problems: &mut Vec<Problem>) {
        let tokens = &self.configuration.settings.tokens;
        let now = u64::try_from(self.now).unwrap_or_default();
        let has_ended = |until: Option<u64>| until.is_some_and(|until| until <= now);
        let valid: Vec<_> =
            tokens.key.iter().filter(|key| key.from.unwrap_or(0) <= now && !has_ended(key.until)).collect();
        if valid.is_empty() && !tokens.key.is_empty() {
            let what = "none of the keys is valid now, so that no token would hold; add one that is";
            problems.push(self.configuration.mistake("tokens.key", "no-valid-key", what));
        }
        for key in &tokens.key {
            let warn = |field: &str, code, what: String| {
                self.configuration.warning(&format!("tokens.key `{}`, `{field}`", key.kid), code, &what)
            };
            if let Some(until) = key.until.filter(|_| has_ended(key.until)) {
                let what =
                    format!("this key ended at {}; take it out, its tokens have ended, too", rfc3339(until));
                problems.push(warn("until", "key-ended", what));
            } else if let Some(from) = key.from.filter(|from| *from > now) {
                let what = format!(
                    "this key is not used before {}; that is right if keys change then",
                    rfc3339(from)
                );
                problems.push(warn("from", "key-not-yet", what));
            }
        }
        // The one that is valid longest.
        let last = valid.iter().map(|key| key.until.unwrap_or(u64::MAX)).max();
        let later = tokens.key.iter().any(|key| key.from.is_some_and(|from| from > now));
        if let Some(until) = last.filter(|until| *until <= now + u64::from(tokens.lifetime) && !later) {
            let what = format!(
                "the last key ends at {}, sooner than tokens of {} seconds do; add the next key",
                rfc3339(until),
                tokens.lifetime
            );
            problems.push(self.configuration.warning("tokens.key", "token-outlives-key", &what));
        }
    }

    /// What Workers need besides.
    fn worker(&self, problems: &mut Vec<Problem>) {
        if self.target != Target::Worker {
            return;
        }
        let mistake = |place: &str, what: &str| self.configuration.mistake(place, "worker", what);
        let Some(worker) = &self.configuration.settings.worker else {
            let what = "it is missing, and Workers need it; write `[worker]` with `name` and `origin`";
            problems.push(mistake("worker", what));
            return;
        };
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let name = &worker.name;
        if !(1..=63).contains(&name.len())
            || !name.bytes().all(plain)
            || name.starts_with('-')
            || name.ends_with('-')
        {
            let what = format!(
                "`{name}` is no name for a worker; write 1 to 63 of `a-z`, `0-9` and `-` between them"
            );
            problems.push(mistake("worker.name", &what));
        }
        if !is_origin(&worker.origin) {
            let what = format!(
                "`{}` is no origin that is reached safely; write it like `https://media.example.com`, without a path",
                worker.origin
            );
            problems.push(mistake("worker.origin", &what));
        }
        if day(&worker.compatibility_date).is_none() {
            let what = format!("`{}` is no day; write it like `2026-04-01`", worker.compatibility_date);
            problems.push(mistake("worker.compatibility_date", &what));
        }
        let mut names: BTreeMap<String, &str> = BTreeMap::new();
        for key in &self.materials.keys {
            if let Some(other) = names.insert(binding(&key.kid), &key.kid) {
                let what = format!(
                    "its secret would be `{}`, as that of key `{other}` is; rename one of the two",
                    binding(&key.kid)
                );
                problems.push(mistake(&format!("tokens.key `{}`", key.kid), &what));
            }
        }
    }

    /// Logins that do not get what is meant for them.
    fn logins(&self, problems: &mut Vec<Problem>) {
        let settings = &self.configuration.settings;
        let delivers = settings.tokens.delivery != Delivery::None;
        if delivers && settings.login.is_empty() {
            let what = "nobody can log in, so that the edge hands out no token; write `delivery = \"none\"`, or a `[[login]]`";
            problems.push(self.configuration.warning("tokens.delivery", "no-login", what));
        }
        let kinds = [Kind::Manifest, Kind::Playlist, Kind::Segment];
        let lacks = |kind: &Kind| !settings.route.iter().any(|route| route.kind == *kind);
        let lacking: Vec<&str> = kinds.iter().filter(|kind| lacks(kind)).map(|kind| kind.name()).collect();
        if !settings.route.is_empty() && !lacking.is_empty() {
            let what = format!(
                "routes of one's own replace the usual ones, and there is none of kind {}; what fits none is 404 `no_route`",
                lacking.join(", ")
            );
            problems.push(self.configuration.warning("route 1, `path`", "routes-lacking", &what));
        }
        let cors = &settings.cors;
        if settings.tokens.delivery == Delivery::Cookie && !cors.origins.is_empty() && !cors.credentials {
            let what = "pages of these origins may not send the cookie, and are refused; name the origins, and write `credentials = true`";
            problems.push(self.configuration.warning("cors.origins", "cookies-not-sent", what));
        }
        for issuer in &self.materials.issuers_without_keys {
            let what = "no keys are built in, so that they are fetched while the first login waits; name a file in `keys`";
            problems.push(self.configuration.warning(
                &format!("login `{issuer}`"),
                "keys-fetched-later",
                what,
            ));
        }
        let policy = &self.policies.policy;
        for login in &settings.login {
            let tiers = login.tiers.iter().map(|(_, tier)| ("tiers", tier));
            for (field, tier) in tiers.chain(login.default_tier.iter().map(|tier| ("default_tier", tier))) {
                let is_known = policy.grants.iter().any(|grant| {
                    let tiers = &grant.tiers;
                    tiers.any_login || tiers.named.contains(tier) || tiers.except.contains(tier)
                });
                if !is_known && !policy.grants.is_empty() {
                    let what = format!("no grant is for the tier `{tier}`; see how the policies write it");
                    let place = format!("login `{}`, `{field}`", login.issuer);
                    problems.push(self.configuration.warning(&place, "unknown-tier", &what));
                }
            }
        }
    }

    /// Grants that the edge cannot do justice to.
    fn grants(&self, problems: &mut Vec<Problem>) {
        let settings = &self.configuration.settings;
        let grants = &self.policies.policy.grants;
        let tokens = &settings.tokens;
        let limited: Vec<&str> = grants
            .iter()
            .filter(|grant| grant.caps.max_streams.is_some())
            .map(|grant| grant.id.as_str())
            .collect();
        let delivers = tokens.delivery != Delivery::None && !settings.login.is_empty();
        if delivers && !tokens.uncounted_streams && !limited.is_empty() {
            let what = format!(
                "{} limit streams, which the edge cannot count: for them it hands out no token, the API hands these out; \
                 write `uncounted_streams = true` if nobody is to count",
                listed(&limited)
            );
            problems.push(self.configuration.warning("tokens.uncounted_streams", "streams-uncounted", &what));
        }
        let nowhere = Place::of_viewer(None, None);
        let local: Vec<&str> = grants
            .iter()
            .filter(|grant| !grant.territories.certainly(nowhere))
            .map(|grant| grant.id.as_str())
            .collect();
        if self.target == Target::Lambda && self.materials.addresses.is_none() && !local.is_empty() {
            let what = format!(
                "at viewer-request nobody says where a viewer is, and {} match nobody there without a token that does; \
                 name a table of addresses, or attach the function to origin-request",
                listed(&local)
            );
            problems.push(self.configuration.warning("addresses", "country-unknown", &what));
        }
    }
}

/// How many grants, and the first of them.
fn listed(grants: &[&str]) -> String {
    let shown: Vec<String> = grants.iter().take(3).map(|id| format!("`{id}`")).collect();
    let more = if grants.len() > shown.len() { ", .." } else { "" };
    let count = if grants.len() == 1 { "1 grant".to_owned() } else { format!("{} grants", grants.len()) };
    format!("{count} ({}{more})", shown.join(", "))
}

fn is_origin(text: &str) -> bool {
    // On the machine itself nobody listens in: that is for `wrangler dev`.
    let local = |rest: &&str| {
        let name = rest.split([':', '/']).next().unwrap_or_default();
        matches!(name, "localhost" | "127.0.0.1")
    };
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://").filter(local));
    let host = host.map(|rest| rest.strip_suffix('/').unwrap_or(rest));
    host.is_some_and(|host| {
        let (name, port) = host.split_once(':').unwrap_or((host, "443"));
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
        !name.is_empty()
            && name.bytes().all(plain)
            && !name.starts_with(['.', '-'])
            && port.parse::<u16>().is_ok_and(|port| port > 0)
            && port.bytes().all(|byte| byte.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_reached_safely_and_has_no_path() {
        for (text, expected) in [
            ("https://media.example.com", true),
            ("https://media.example.com/", true),
            ("https://media.example.com:8443", true),
            ("http://media.example.com", false),
            ("http://localhost:8080", true),
            ("http://127.0.0.1:8999/", true),
            ("http://localhost.example.com", false),
            ("http://127.0.0.1.example.com:80", false),
            ("media.example.com", false),
            ("https://", false),
            ("https:///", false),
            ("https://media.example.com/base", false),
            ("https://media.example.com?x", false),
            ("https://media.example.com#x", false),
            ("https://user@media.example.com", false),
            ("https://media.example.com:0", false),
            ("https://media.example.com:+1", false),
            ("https://media.example.com:", false),
            ("https://media example.com", false),
            ("https://\"\n", false),
        ] {
            assert_eq!(is_origin(text), expected, "{text}");
        }
    }
}
