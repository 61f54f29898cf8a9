//! The vocabulary in which commands, edges and APIs say an outcome: which words, in which order.

use crate::bundle::TierSet;
use crate::outcome::{Epoch, Outcome, Text};
use alloc::string::ToString as _;

/// What is said under one key.
#[derive(Debug, Clone, Copy)]
pub enum Said<'s> {
    /// A text, or null.
    Text(Option<&'s str>),
    /// A number, or null.
    Number(Option<u16>),
    /// Yes or no.
    Flag(bool),
    /// A time, to be written as RFC 3339, or null.
    Time(Option<Epoch>),
    /// A list of tiers, to be written as texts.
    Tiers(TierSet<'s>),
}

/// Says an outcome, key by key, with the name of the policy that it comes from.
pub fn say(outcome: &Outcome<'_>, policy: &str, mut word: impl FnMut(&'static str, Said<'_>)) {
    match outcome {
        Outcome::Allow(allow) => {
            word("outcome", Said::Text(Some("allow")));
            word("rule", Said::Text(Some(allow.rule.as_str())));
            word("valid_until", Said::Time(allow.valid_until));
            word("max_height", Said::Number(allow.max_height));
            word("max_streams", Said::Number(allow.max_streams));
            word("drm", Said::Flag(allow.drm));
        }
        Outcome::Deny(deny) => {
            word("outcome", Said::Text(Some("deny")));
            word("reason", Said::Text(Some(deny.reason.code())));
            word("rule", Said::Text(deny.rule.map(Text::as_str)));
            word("message", Said::Text(deny.message.map(Text::as_str)));
            word("available_from", Said::Time(deny.available_from));
            if !deny.tiers.is_empty() {
                word("tiers", Said::Tiers(deny.tiers));
            }
        }
        Outcome::CannotDecide(fault) => {
            word("outcome", Said::Text(Some("cannot_decide")));
            word("message", Said::Text(Some(&fault.to_string())));
        }
    }
    word("policy", Said::Text(Some(policy)));
}
