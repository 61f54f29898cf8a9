//! One line of the log for each decision. Never a token, key, cookie, query or whole address.

use crate::digits::network;
use crate::facts::Place;
use crate::json::{Object, key};
use crate::request::{Field, Request};
use rights::outcome::{Epoch, Outcome, Text};
use rights::viewer::Device;
use std::borrow::Cow;
use std::net::IpAddr;

/// The longest text from outside that a line holds.
const LONGEST: usize = 128;

/// What is known of a request by now.
#[derive(Default)]
pub(crate) struct Record<'r> {
    pub(crate) now: Epoch,
    pub(crate) route: Option<&'static str>,
    pub(crate) title: Option<&'r str>,
    pub(crate) height: Option<u16>,
    pub(crate) credential: Option<&'static str>,
    pub(crate) kid: Option<Cow<'r, str>>,
    pub(crate) session: Option<Cow<'r, str>>,
    pub(crate) account: Option<&'r str>,
    pub(crate) place: Place,
    pub(crate) device: Option<Device>,
    pub(crate) device_from: Option<&'static str>,
    pub(crate) tier: Option<&'r str>,
    pub(crate) address: Option<IpAddr>,
    pub(crate) outcome: Option<Outcome<'r>>,
    /// The tallest picture that grant and token allow.
    pub(crate) cap: Option<u32>,
    pub(crate) detail: Option<String>,
}

/// What was done in the end.
pub(crate) struct Done {
    pub(crate) action: &'static str,
    pub(crate) status: Option<u16>,
    pub(crate) reason: Option<&'static str>,
}

impl Record<'_> {
    #[inline(never)]
    pub(crate) fn line(&self, request: &Request<'_>, policy: &str, done: &Done) -> String {
        let mut line = Object::new();
        line.number(key!("at"), self.now);
        line.text(key!("id"), request.get(Field::Id).map(excerpt));
        line.plain(key!("event"), Some(request.event.name()));
        line.plain(key!("method"), request.get(Field::Method).filter(|method| is_method(method)));
        line.plain(key!("route"), self.route);
        line.text(key!("title"), self.title);
        line.number(key!("height"), self.height.map(i64::from));
        line.plain(key!("credential"), self.credential);
        line.text(key!("kid"), self.kid.as_deref());
        line.text(key!("session"), self.session.as_deref());
        line.text(key!("account"), self.account);
        line.plain(key!("country"), self.place.country());
        line.plain(key!("country_from"), self.place.country.map(|(_, teller)| teller.name()));
        line.plain(key!("region"), self.place.region());
        line.plain(key!("device"), self.device.map(Device::name));
        line.plain(key!("device_from"), self.device_from);
        line.text(key!("tier"), self.tier);
        line.plain(key!("network"), self.address.map(network).as_deref());
        line.plain(key!("action"), Some(done.action));
        line.number(key!("status"), done.status.map(i64::from));
        line.plain(key!("reason"), done.reason);
        self.outcome(&mut line);
        line.plain(key!("policy"), self.outcome.map(|_| policy));
        line.text(key!("detail"), self.detail.as_deref());
        line.end()
    }

    fn outcome(&self, line: &mut Object) {
        let (name, rule, valid_until) = match &self.outcome {
            None => (None, None, None),
            Some(Outcome::Allow(allow)) => (Some("allow"), Some(allow.rule), allow.valid_until),
            Some(Outcome::Deny(deny)) => (Some("deny"), deny.rule, None),
            Some(Outcome::CannotDecide(_)) => (Some("cannot_decide"), None, None),
        };
        line.plain(key!("outcome"), name);
        line.text(key!("rule"), rule.as_ref().map(|rule: &Text<'_>| rule.as_str()));
        line.time(key!("valid_until"), valid_until);
        line.number(key!("max_height"), self.cap.map(i64::from));
    }
}

/// Bytes as a line may hold them: text, or hexadecimal digits.
pub(crate) fn readable(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) if text.bytes().all(|byte| byte.is_ascii_graphic()) => Cow::Borrowed(text),
        _ => Cow::Owned(bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))),
    }
}

/// Whether a text is a method: 1 to 16 capitals.
pub(crate) fn is_method(text: &str) -> bool {
    (1..=16).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// The beginning of a text from outside.
pub(crate) fn excerpt(text: &str) -> &str {
    let mut end = text.len().min(LONGEST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}
