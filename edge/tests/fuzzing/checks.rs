//! What is held against every answer, whatever was asked. Each check says in words what is wrong.

use super::asked::{Asked, Seeds};
use super::line::Ordered;
use edge::{Answer, Event, Field, Forward, Response};
use rights::viewer::Device;
use rights::{Bundle, Outcome, Viewer, decide};
use serde_json::Value;
use signer::token::{canonical, inspect_unverified};

/// Section 9 of the page.
const LINE: [&str; 27] = [
    "at",
    "id",
    "event",
    "method",
    "route",
    "title",
    "height",
    "credential",
    "kid",
    "session",
    "account",
    "country",
    "country_from",
    "region",
    "device",
    "device_from",
    "tier",
    "network",
    "action",
    "status",
    "reason",
    "outcome",
    "rule",
    "valid_until",
    "max_height",
    "policy",
    "detail",
];

/// Section 8: what bodies may have, in this order; what is not there is left out.
const BODY: [&str; 14] = [
    "type",
    "title",
    "status",
    "reason",
    "rule",
    "request_id",
    "outcome",
    "message",
    "available_from",
    "tiers",
    "policy",
    "max_height",
    "renew",
    "valid_until",
];
const STATUSES: [u16; 12] = [204, 302, 400, 401, 403, 404, 405, 410, 414, 431, 451, 503];
const MEDIA: [&str; 5] = ["manifest", "playlist", "segment", "key", "license"];
const COOKIE: [&str; 5] = ["Path", "Max-Age", "Secure", "HttpOnly", "SameSite"];

pub(crate) type Checked = Result<(), String>;

macro_rules! hold {
    ($condition:expr, $($what:tt)*) => {
        if !$condition {
            return Err(format!($($what)*));
        }
    };
}

/// What is known of the world beside what the edge says of itself.
pub(crate) struct Known<'k> {
    pub(crate) seeds: &'k Seeds,
    pub(crate) bundle: &'k Bundle<Vec<u8>>,
    pub(crate) token_header: &'k str,
    pub(crate) hands_out: bool,
}

pub(crate) fn all(known: &Known<'_>, asked: &Asked, answer: &Answer, line: &str) -> Checked {
    let log = Ordered::read(line)?;
    the_line(asked, &log)?;
    match answer {
        Answer::Wait(_) => return Err("a wait is no answer".to_owned()),
        Answer::Forward(forward) => goes_on(known, asked, forward, &log)?,
        Answer::Respond(response) => respond(asked, response, &log)?,
    }
    the_decision(known, asked, &log)?;
    let body = match answer {
        Answer::Respond(response) if !response.body.is_empty() => Some(Ordered::read(&response.body)?),
        _ => None,
    };
    secrets(asked, &log, body.as_ref())
}

fn the_line(asked: &Asked, log: &Ordered) -> Checked {
    hold!(log.keys() == LINE, "keys of the log: {:?}", log.keys());
    let among = |key: &str, values: &[&str]| match log.get(key) {
        Value::Null => Ok(()),
        Value::String(text) if values.contains(&text.as_str()) => Ok(()),
        other => Err(format!("`{key}` is {other}")),
    };
    among("event", &[asked.event.name()])?;
    among("route", &["manifest", "playlist", "segment", "key", "license", "api", "open"])?;
    among("credential", &["path", "header", "cookie", "bearer", "login-cookie", "none"])?;
    among("country_from", &["platform", "table", "token"])?;
    among("device_from", &["cdn", "token", "hints", "agent"])?;
    among("action", &["forward", "redirect", "refuse", "preflight"])?;
    among("outcome", &["allow", "deny", "cannot_decide"])?;
    hold!(log.number("at") == Some(asked.now), "another time");
    let short = |key: &str, most| log.text(key).is_none_or(|text| text.len() <= most);
    hold!(short("id", 128) && short("method", 16) && short("network", 49), "an entry of the log is too long");
    hold!(short("country", 2) && short("region", 6), "a place is too long");
    let title = log.text("title");
    hold!(title.is_none_or(|title| asked.split_path().1.contains(title)), "a title that was not asked for");
    if asked.event == Event::ViewerRequest {
        hold!(log.text("country_from") != Some("platform"), "believed the viewer about their country");
    }
    if asked.event != Event::OriginRequest {
        hold!(log.text("device_from") != Some("cdn"), "believed the viewer about the CDN");
    }
    hold!(log.text("country").is_some() == log.text("country_from").is_some(), "a country from nobody");
    hold!(log.text("country").is_some() || log.text("region").is_none(), "a region of no country");
    hold!(log.text("outcome").is_some() == log.text("policy").is_some(), "a policy without a decision");
    Ok(())
}

fn goes_on(known: &Known<'_>, asked: &Asked, forward: &Forward, log: &Ordered) -> Checked {
    hold!(log.text("action") == Some("forward") && log.text("reason").is_none(), "a forward that is none");
    hold!(log.get("status").is_null(), "a status of a forward");
    hold!(canonical(&forward.path).is_ok(), "forwards a path that is not canonical: {}", forward.path);
    hold!(forward.path.bytes().all(|byte| byte.is_ascii_graphic()), "forwards letters in the path");
    hold!(!forward.path.starts_with("/t/"), "forwards a token: {}", forward.path);
    let plain = |byte: u8| byte.is_ascii_graphic() && byte != b'#';
    hold!(forward.query.bytes().all(plain), "forwards letters in the query: {}", forward.query);
    let media = log.text("title").is_some();
    if !media {
        hold!(forward.path == asked.get(Field::Path), "altered a path that it does not decide upon");
        hold!(forward.query == asked.get(Field::Query), "altered a query that it does not decide upon");
        hold!(log.text("credential").is_none(), "looked at credentials that are not for it");
        hold!(forward.removed.is_empty(), "took credentials away from where they are needed");
        return Ok(());
    }
    hold!(log.text("route").is_some_and(|route| MEDIA.contains(&route)), "media on no media's route");
    hold!(log.text("outcome") == Some("allow") && log.text("rule").is_some(), "forwards without an allow");
    let title = log.text("title").unwrap_or_default();
    hold!(forward.path.contains(&format!("/{title}/")), "forwards another title: {}", forward.path);
    hold!(matches!(asked.get(Field::Method), "GET" | "HEAD" | "POST"), "forwards another method");
    let carriers = [
        (Field::Authorization, "authorization"),
        (Field::Cookie, "cookie"),
        (Field::Token, known.token_header),
    ];
    for (field, name) in carriers {
        let there = !asked.get(field).is_empty();
        hold!(there == forward.removed.iter().any(|it| it == name), "`{name}` is taken away wrongly");
    }
    let login = matches!(log.text("credential"), Some("bearer" | "login-cookie"));
    let hands_out = known.hands_out && login && log.text("route") == Some("manifest");
    hold!(!hands_out, "forwards a login that should have got a token");
    Ok(())
}

fn respond(asked: &Asked, response: &Response, log: &Ordered) -> Checked {
    hold!(STATUSES.contains(&response.status), "status {}", response.status);
    hold!(log.number("status") == Some(i64::from(response.status)), "another status in the log");
    let action = match response.status {
        204 => "preflight",
        302 => "redirect",
        _ => "refuse",
    };
    hold!(log.text("action") == Some(action), "another action in the log");
    headers(&response.headers)?;
    let header = |name: &str| {
        response.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_ref())
    };
    hold!(header("x-content-type-options") == Some("nosniff"), "no nosniff");
    hold!(action == "preflight" || header("cache-control") == Some("no-store"), "can be kept by a cache");
    hold!((response.status == 405 || action == "preflight") == header("allow").is_some(), "allow");
    hold!((response.status == 401) == (header("www-authenticate") == Some("Bearer")), "www-authenticate");
    hold!((response.status == 503) == (header("retry-after") == Some("5")), "retry-after");
    let origin = header("access-control-allow-origin");
    hold!(origin.is_none_or(|origin| origin == asked.get(Field::Origin)), "another origin");
    hold!(origin.is_none() || header("vary") == Some("origin"), "an origin without vary");
    let no_body = asked.get(Field::Method) == "HEAD" || action != "refuse";
    hold!(no_body == response.body.is_empty(), "a body where there is none, or none");
    match action {
        "redirect" => redirect(asked, header("location").unwrap_or_default(), header("set-cookie"), log)?,
        _ => hold!(header("location").is_none() && header("set-cookie").is_none(), "leads somewhere else"),
    }
    if action == "refuse" {
        hold!(log.text("reason").is_some(), "refused without a reason");
    }
    if no_body {
        return Ok(());
    }
    let body = Ordered::read(&response.body)?;
    let mut rest = BODY.iter();
    for key in body.keys() {
        hold!(rest.any(|known| *known == key), "`{key}` in a body, or out of its order: {}", response.body);
    }
    hold!(body.number("status") == Some(i64::from(response.status)), "another status in the body");
    hold!(body.text("reason") == log.text("reason"), "another reason in the body");
    let urn = format!("urn:playgate:{}", log.text("reason").unwrap_or_default());
    hold!(body.text("type") == Some(&urn), "another type in the body");
    hold!(body.text("request_id") == log.text("id"), "another id in the body");
    Ok(())
}

/// Names and values of headers, as they may go over the wire.
pub(crate) fn headers(headers: &edge::Headers) -> Checked {
    for (at, (name, value)) in headers.iter().enumerate() {
        let token = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        hold!(!name.is_empty() && name.bytes().all(token), "header `{name}`");
        hold!(value.bytes().all(|byte| matches!(byte, b' '..=b'~')), "header `{name}` is {value:?}");
        hold!(headers.iter().skip(at + 1).all(|(other, _)| other != name), "header `{name}` twice");
    }
    Ok(())
}

fn redirect(asked: &Asked, location: &str, cookie: Option<&str>, log: &Ordered) -> Checked {
    hold!(location.starts_with('/'), "leads to another host: {location}");
    hold!(!location.starts_with("//") && !location.starts_with("/\\"), "leads to another host: {location}");
    let plain = |byte: u8| byte.is_ascii_graphic() && byte != b'#' && byte != b'\\';
    let (path, _) = location.split_once('?').unwrap_or((location, ""));
    hold!(path.bytes().all(plain), "letters in an address: {location}");
    hold!(path.ends_with(asked.split_path().1), "leads to another path: {location}");
    hold!(matches!(log.text("credential"), Some("bearer" | "login-cookie")), "a token for no login");
    hold!(
        log.text("outcome") == Some("allow") && log.text("route") == Some("manifest"),
        "a token for nothing"
    );
    let Some(cookie) = cookie else {
        hold!(path.starts_with("/t/"), "a redirect without a token");
        return Ok(());
    };
    hold!(!path.starts_with("/t/"), "a token in two places");
    let mut parts = cookie.split("; ");
    let pair = parts.next().and_then(|pair| pair.split_once('='));
    let safe = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    hold!(pair.is_some_and(|(_, token)| token.bytes().all(safe)), "a cookie that is no token");
    let parts: Vec<&str> = parts.collect();
    let names: Vec<&str> = parts.iter().map(|part| part.split('=').next().unwrap_or_default()).collect();
    hold!(names == COOKIE, "attributes of a cookie: {cookie}");
    let scope = parts.first().and_then(|part| part.strip_prefix("Path=")).unwrap_or_default();
    hold!(scope.starts_with('/') && scope.len() > 1 && path.starts_with(scope), "a cookie for {scope}");
    Ok(())
}

/// The same question, asked of the rights with what the log says: an oracle that knows nothing of requests.
fn the_decision(known: &Known<'_>, asked: &Asked, log: &Ordered) -> Checked {
    let Some(outcome) = log.text("outcome") else {
        let passed = log.text("action") == Some("forward") && log.text("title").is_some();
        hold!(!passed, "passed without a decision");
        return Ok(());
    };
    let title = log.text("title").ok_or("a decision about no title")?;
    if !(1..253_402_300_800).contains(&asked.now) {
        hold!(outcome == "cannot_decide" && log.number("status") == Some(503), "decided by no clock");
        return Ok(());
    }
    let held = genuine(known, asked, log)?;
    let viewer = Viewer {
        country: log.text("country"),
        region: log.text("region"),
        tier: log.text("tier").or(held.nameless.then_some("-")),
        device: log.text("device").and_then(Device::named).unwrap_or_default(),
    };
    match decide(known.bundle, &viewer, title, asked.now) {
        Outcome::Allow(allow) => {
            hold!(outcome == "allow", "the rights allow it: {viewer:?}");
            hold!(log.text("rule") == Some(allow.rule.as_str()), "by another rule: {}", allow.rule);
            let cap = log.number("max_height");
            let granted = allow.max_height.map(i64::from);
            hold!(
                granted.is_none_or(|granted| cap.is_some_and(|cap| cap <= granted)),
                "above the grant's cap"
            );
            let fits = log.number("height").is_none_or(|height| cap.is_none_or(|cap| height <= cap));
            hold!(fits || log.text("reason") == Some("height"), "above the cap");
        }
        Outcome::Deny(deny) => {
            hold!(
                outcome == "deny" && log.text("action") == Some("refuse"),
                "the rights deny it: {viewer:?}"
            );
            let reason = deny.reason.code();
            let instead = reason == "tier" && viewer.tier.is_none();
            hold!(instead || log.text("reason") == Some(reason), "for another reason: {reason}");
        }
        Outcome::CannotDecide(fault) => {
            hold!(outcome == "cannot_decide", "the rights cannot tell: {fault}");
        }
    }
    Ok(())
}

#[derive(Default)]
struct Held {
    /// Logged in, with a tier that has no name.
    nameless: bool,
}

/// That whoever is taken for somebody showed what somebody issued, and what still holds.
fn genuine(known: &Known<'_>, asked: &Asked, log: &Ordered) -> Result<Held, String> {
    let credential = log.text("credential").unwrap_or_default();
    if matches!(credential, "" | "none") {
        hold!(log.text("account").is_none() && log.text("tier").is_none(), "somebody without a credential");
        return Ok(Held::default());
    }
    let shown = asked.credentials();
    let issued = |it: &str| known.seeds.issued(&asked.world, it);
    let mine: Vec<&str> = shown.into_iter().filter(|it| issued(it)).collect();
    hold!(!mine.is_empty(), "took a forged credential");
    if matches!(credential, "bearer" | "login-cookie") {
        return Ok(Held { nameless: true });
    }
    let mut nameless = false;
    let mut holds = false;
    for token in mine.iter().filter_map(|it| inspect_unverified(it).ok()) {
        let claim =
            |name: &str| token.claims.iter().find(|claim| claim.name == Some(name)).map(|claim| &claim.value);
        let ends = claim("exp").and_then(Value::as_f64).unwrap_or_default();
        #[expect(clippy::cast_precision_loss, reason = "both are far below 2^53")]
        let in_time = (asked.now as f64) < ends + 10.0;
        let prefix = claim("catu").and_then(|uri| uri["path"]["prefix"].as_str());
        let in_scope = prefix.is_none_or(|prefix| asked.split_path().1.starts_with(prefix));
        holds |= in_time && in_scope && claim("sub").and_then(Value::as_str) == log.text("account");
        nameless |= claim("tier").and_then(Value::as_str) == Some("-");
    }
    hold!(holds, "took a token that does not hold");
    Ok(Held { nameless })
}

/// That nothing of what is secret stands in the log or in a body.
fn secrets(asked: &Asked, log: &Ordered, body: Option<&Ordered>) -> Checked {
    let is_secret_free = |key: &str| !matches!(key, "id" | "title" | "request_id" | "tiers");
    let said: Vec<&str> = [Some(log), body]
        .into_iter()
        .flatten()
        .flat_map(|object| &object.0)
        .filter(|(key, _)| is_secret_free(key))
        .filter_map(|(_, value)| value.as_str())
        .collect();
    let says = |secret: &str| said.iter().find(|text| text.contains(secret));
    let carriers = [Field::Authorization, Field::Cookie, Field::Token, Field::Query];
    let path_token = asked.split_path().0;
    for text in carriers.into_iter().map(|field| asked.get(field)).chain(path_token) {
        let in_word = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
        for word in text.split(|letter| !in_word(letter)).filter(|word| word.len() >= 20) {
            for start in [0, (word.len() - 20) / 2, word.len() - 20] {
                let part = word.get(start..start + 20).unwrap_or_default();
                // An account of the corpus is one letter over and over.
                if part.bytes().any(|byte| !part.starts_with(char::from(byte)))
                    && let Some(text) = says(part)
                {
                    return Err(format!("a secret, {part}, in {text}"));
                }
            }
        }
    }
    let address = asked.get(Field::Address);
    if let Ok(address) = address.parse::<std::net::IpAddr>() {
        let address = address.to_canonical().to_string();
        let network = log.text("network").unwrap_or_default();
        if network.split('/').next() != Some(&address)
            && let Some(text) = said.iter().find(|text| **text != network && text.contains(&address))
        {
            return Err(format!("an address in {text}"));
        }
    }
    Ok(())
}
