//! What the page wants to know: what there is, what would be decided, and what happens.

use super::Front;
use super::answer::{Problem, json_of};
use super::editing::now;
use crate::issuer::LIFETIME as LOGIN_LIFETIME;
use crate::timeline::spans;
use crate::world::{FREED_WITHIN, HEARTBEAT, LIFETIME};
use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use rights::Viewer;
use rights::places::Place;
use rights::viewer::Device;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tokio::sync::broadcast::error::RecvError;

/// Who one pretends to be, as far as decisions are concerned.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Asked {
    country: Option<String>,
    region: Option<String>,
    tier: Option<String>,
    device: Option<String>,
    at: Option<i64>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Span {
    title: String,
    #[serde(flatten)]
    who: Asked,
    from: i64,
    until: i64,
}

#[derive(Debug, Deserialize)]
pub(super) struct Mapped {
    title: String,
    tier: Option<String>,
    device: Option<String>,
    at: Option<i64>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Held {
    token: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct LogIn {
    account: String,
    tier: String,
}

pub(super) async fn state(State(front): State<Arc<Front>>) -> Result<Response, Problem> {
    let live = front.live();
    let titles = front.folder.titles_now().map_err(Problem::broken)?;
    let titles: Vec<Value> = titles.iter().map(shown).collect();
    let devices: Vec<_> = Device::ALL.iter().map(|(_, name)| *name).collect();
    let countries: Vec<Value> =
        Place::countries().map(|place| json!({ "code": place.code(), "name": place.name() })).collect();
    Ok(json_of(&json!({
        "now": now(),
        "titles": titles,
        "tiers": tiers(&live.files),
        "devices": devices,
        "deliveries": ["path-token", "cookie", "signed-url"],
        "countries": countries,
        "regions": regions(&live.files),
        "heartbeat": HEARTBEAT,
        "freed_within": FREED_WITHIN,
        "lifetimes": { "path-token": LIFETIME, "cookie": LIFETIME, "signed-url": LIFETIME },
        "policy": live.bundle.name(),
        // What is shown of costs is not what a deployment has.
        "debug": cfg!(debug_assertions),
    })))
}

pub(super) async fn login(
    State(front): State<Arc<Front>>,
    Json(asked): Json<LogIn>,
) -> Result<Response, Problem> {
    let is_plain =
        |text: &str| (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    if !is_plain(&asked.account) || !is_plain(&asked.tier) || asked.tier == "anonymous" {
        return Err(Problem::invalid(
            "`account` and `tier` are 1 to 64 letters; nobody is logged in as `anonymous`",
        ));
    }
    let now = now();
    let login = front.world.issuer.login(&asked.account, &asked.tier, now).map_err(Problem::broken)?;
    Ok(json_of(&json!({ "login": login, "ends": now + LOGIN_LIFETIME })))
}

/// What a token says, as the command reads it.
pub(super) async fn token(
    State(front): State<Arc<Front>>,
    Json(Held { token }): Json<Held>,
) -> Result<Response, Problem> {
    if !is_token(&token) {
        return Err(Problem::invalid("`token` is what stands behind `/t/` in an address"));
    }
    // Behind `--`: a token may begin as an option does.
    let arguments = ["token", "inspect", "--json", "--", &token];
    let said = front.playgate.ask(front.world.path(), &arguments).await.map_err(Problem::broken)?;
    Ok(json_of(&said.json().map_err(Problem::invalid)?))
}

/// Asks the command about each title, at once.
pub(super) async fn explain(
    State(front): State<Arc<Front>>,
    Json(asked): Json<Asked>,
) -> Result<Response, Problem> {
    let live = front.live();
    let folder = live.folder.display().to_string();
    let mut questions = tokio::task::JoinSet::new();
    let titles = front.folder.titles_now().map_err(Problem::broken)?;
    for title in titles.into_iter().map(|entry| entry.id) {
        let (playgate, world, folder, asked) =
            (front.playgate.clone(), front.world.path().to_owned(), folder.clone(), asked.clone());
        questions.spawn(async move {
            let at = rights::moment::rfc3339(asked.at.unwrap_or_else(now));
            let mut arguments = vec!["policy", "explain", &folder, "--title", &title, "--at", &at, "--json"];
            for (name, value) in asked.arguments() {
                arguments.extend([name, value]);
            }
            let said = playgate.ask(&world, &arguments).await.and_then(|said| said.json());
            (title, said)
        });
    }
    let mut titles = Map::new();
    while let Some(answer) = questions.join_next().await {
        let (title, said) = answer.map_err(|problem| Problem::broken(problem.to_string()))?;
        titles.insert(title, said.map_err(Problem::invalid)?);
    }
    Ok(json_of(&json!({ "titles": titles })))
}

pub(super) async fn timeline(
    State(front): State<Arc<Front>>,
    Json(span): Json<Span>,
) -> Result<Response, Problem> {
    let Span { title, who, from, until } = span;
    if !is_span(from, until) {
        return Err(Problem::invalid(
            "`from` and `until` are epoch seconds before the year 10000, at most twenty years apart",
        ));
    }
    let device = who.device.as_deref().and_then(Device::named).unwrap_or(Device::Unknown);
    let viewer = Viewer {
        country: known(who.country.as_ref()),
        region: known(who.region.as_ref()),
        tier: who.tier(),
        device,
    };
    let spans = spans(&front.live().bundle, &viewer, &title, from, until);
    Ok(json_of(&json!({ "spans": spans })))
}

pub(super) async fn map(
    State(front): State<Arc<Front>>,
    Query(asked): Query<Mapped>,
) -> Result<Response, Problem> {
    let live = front.live();
    let folder = live.folder.display().to_string();
    let at = rights::moment::rfc3339(asked.at.unwrap_or_else(now));
    let mut arguments = vec!["policy", "map", &folder, "--title", &asked.title, "--at", &at, "-o", "-"];
    for (name, value) in
        [("--tier", known_tier(asked.tier.as_deref())), ("--device", known(asked.device.as_ref()))]
    {
        if let Some(value) = value {
            arguments.extend([name, value]);
        }
    }
    let said = front.playgate.ask(front.world.path(), &arguments).await.map_err(Problem::broken)?;
    if !said.holds {
        return Err(Problem::invalid(said.stderr));
    }
    Ok(([(header::CONTENT_TYPE, "image/svg+xml"), (header::CACHE_CONTROL, "no-store")], said.stdout)
        .into_response())
}

/// The log, as server-sent events.
pub(super) async fn log(State(front): State<Arc<Front>>) -> Response {
    let lines = Lines { lines: front.record.listen(), begun: false };
    let headers = [(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-store")];
    (headers, Body::from_stream(lines.stream())).into_response()
}

struct Lines {
    lines: tokio::sync::broadcast::Receiver<String>,
    begun: bool,
}

impl Lines {
    fn stream(self) -> impl futures_util::Stream<Item = Result<Bytes, std::convert::Infallible>> {
        futures_util::stream::unfold(self, |mut lines| async move {
            if !lines.begun {
                lines.begun = true;
                return Some((Ok(Bytes::from_static(b": listening\n\n")), lines));
            }
            loop {
                match lines.lines.recv().await {
                    Ok(event) => return Some((Ok(Bytes::from(event)), lines)),
                    // A page that is too slow misses some.
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return None,
                }
            }
        })
    }
}

impl Asked {
    fn tier(&self) -> Option<&str> {
        known_tier(self.tier.as_deref())
    }

    /// As arguments of the command, without what is unknown.
    fn arguments(&self) -> impl Iterator<Item = (&'static str, &str)> {
        [
            ("--country", known(self.country.as_ref())),
            ("--region", known(self.region.as_ref())),
            ("--tier", self.tier()),
            ("--device", known(self.device.as_ref())),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
    }
}

/// A title as the page is told of it, with how many keys it is encrypted with.
fn shown(entry: &crate::folder::Entry) -> Value {
    let mut shown = entry.shown();
    let keys = entry.title.get("keys").and_then(Value::as_array).map_or(0, Vec::len);
    if let Some(shown) = shown.as_object_mut() {
        shown.insert("keys".to_owned(), keys.into());
    }
    shown
}

/// Letters of a token, and not too many for an argument.
fn is_token(text: &str) -> bool {
    (2..=8192).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.~=".contains(&byte))
}

fn known(text: Option<&String>) -> Option<&str> {
    text.map(String::as_str).filter(|text| !text.is_empty())
}

fn known_tier(tier: Option<&str>) -> Option<&str> {
    tier.filter(|tier| !tier.is_empty() && *tier != "anonymous")
}

fn is_span(from: i64, until: i64) -> bool {
    const LONGEST: i64 = 20 * 366 * 86_400;
    const YEAR_10000: i64 = 253_402_300_800;
    0 < from && from < until && until <= YEAR_10000 && until - from <= LONGEST
}

/// The tiers that a policy names, from those of the fewest rules on.
fn tiers(files: &crate::commands::Files) -> Vec<String> {
    let mut rules = BTreeMap::<&str, usize>::new();
    for text in files.values() {
        let lines = text.lines().filter_map(|line| line.trim().strip_prefix("tiers"));
        for line in lines {
            let quoted = line.split('"').skip(1).step_by(2);
            for tier in quoted.filter(|tier| !tier.starts_with(['*', '!']) && *tier != "anonymous") {
                *rules.entry(tier).or_default() += 1;
            }
        }
    }
    let mut tiers: Vec<_> = rules.into_iter().collect();
    tiers.sort_by_key(|(_, rules)| *rules);
    std::iter::once("anonymous").chain(tiers.into_iter().map(|(tier, _)| tier)).map(str::to_owned).collect()
}

/// The parts of countries that a policy names, by country.
fn regions(files: &crate::commands::Files) -> BTreeMap<&'static str, Vec<Value>> {
    let mut named = BTreeSet::new();
    for text in files.values() {
        let words = text.split('"').filter_map(|word| Place::parse(word.trim_start_matches('!')));
        named.extend(words.filter(|place| place.code().contains('-')).map(Place::code));
    }
    let mut regions: BTreeMap<&'static str, Vec<Value>> = BTreeMap::new();
    for place in named.into_iter().filter_map(Place::parse) {
        if let Some((country, _)) = place.code().split_once('-') {
            regions.entry(country).or_default().push(json!({ "code": place.code(), "name": place.name() }));
        }
    }
    regions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_be_a_token_is_handed_to_the_command() {
        let longest = "a".repeat(8192);
        let too_long = "a".repeat(8193);
        for (text, holds) in [
            ("2D3RhEOhAQ.x_y", true),
            ("--help", true), // stands behind `--`, and is no token to the command
            (longest.as_str(), true),
            (too_long.as_str(), false),
            ("", false),
            ("-", false), // would be read from stdin
            ("a b", false),
            ("a/../b", false),
            ("a\0b", false),
            ("\u{e9}t\u{e9}", false),
        ] {
            assert_eq!(is_token(text), holds, "{text}");
        }
    }

    #[test]
    fn tiers_are_in_the_order_of_what_they_open() {
        let text = |text: &str| text.to_owned();
        let files = crate::commands::Files::from([
            (text("a.toml"), text("tiers = [\"premium\", \"family\"]\ntiers = [\"free\"]\n")),
            (
                text("b.toml"),
                text("  tiers = [\"anonymous\", \"*\", \"!trial\"]\ntiers = [\"premium\", \"family\"]"),
            ),
        ]);
        assert_eq!(tiers(&files), ["anonymous", "free", "family", "premium"]);
    }

    #[test]
    fn a_timeline_is_within_what_can_be_computed() {
        let twenty = 20 * 366 * 86_400;
        for (from, until, holds) in [
            (1, 2, true),
            (1, 1 + twenty, true),
            (253_402_300_799, 253_402_300_800, true),
            (1, 2 + twenty, false),
            (0, 1, false),
            (2, 2, false),
            (-5, 5, false),
            (i64::MIN, i64::MAX, false),
            (i64::MAX - 7, i64::MAX, false),
            (253_402_300_799, 253_402_300_801, false),
        ] {
            assert_eq!(is_span(from, until), holds, "{from} {until}");
        }
    }
}
