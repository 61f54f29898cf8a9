//! A policy as it comes back from a viewer, and whether it allows the request.

use super::credentials::Credentials;
use super::{Reason, Request, wildcard};
use crate::cloudfront::Epoch;
use crate::cloudfront::policy::Network;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use std::fmt;
use std::marker::PhantomData;
use std::net::IpAddr;

/// The one statement of a policy. Its signature is checked elsewhere.
pub(super) struct Statement {
    pub(super) resource: Option<String>,
    pub(super) expires: Epoch,
    canned: bool,
    starts: Option<Epoch>,
    network: Option<(String, Network)>,
}

impl Statement {
    pub(super) fn canned(url: &str, expires: Epoch) -> Self {
        Self { resource: Some(url.to_owned()), expires, canned: true, starts: None, network: None }
    }

    pub(super) fn parse(json: &[u8]) -> Result<Self, Reason> {
        // The detail may repeat what the viewer sent.
        let wrong = |detail: String| Reason::PolicyForm { detail: detail.chars().take(200).collect() };
        let Object(document): Object<Document> =
            serde_json::from_slice(json).map_err(|error| wrong(error.to_string()))?;
        let [Object(statement)] = document.statement;
        let Object(condition) = statement.condition;
        let epoch = |Object(time): Object<EpochTime>| {
            Epoch::new(time.seconds).map_err(|error| wrong(error.to_string()))
        };
        let network = condition
            .ip_address
            .map(|Object(SourceIp { network })| match Network::parse_any(&network) {
                Ok(parsed) => Ok((network, parsed)),
                Err(error) => Err(wrong(error.to_string())),
            })
            .transpose()?;
        Ok(Self {
            resource: statement.resource,
            expires: epoch(condition.date_less_than)?,
            canned: false,
            starts: condition.date_greater_than.map(epoch).transpose()?,
            network,
        })
    }

    pub(super) fn allows(&self, found: &Credentials<'_>, request: &Request<'_>) -> Result<(), Reason> {
        if let Some(resource) = &self.resource
            && !self.canned
            && !wildcard::covers(resource, &found.url)
        {
            return Err(Reason::Resource { resource: resource.clone() });
        }
        let now = request.now;
        if now >= u64::from(self.expires.seconds()) {
            return Err(Reason::Expired { expires: self.expires.seconds(), now });
        }
        if let Some(starts) = self.starts.filter(|starts| now <= u64::from(starts.seconds())) {
            return Err(Reason::NotYetValid { starts: starts.seconds(), now });
        }
        if let Some((text, network)) = &self.network {
            let Some(client) = request.client.map(|client| client.to_canonical()) else {
                return Err(Reason::NoAddress { network: text.clone() });
            };
            let inside = matches!(client, IpAddr::V4(client) if network.contains(client));
            if !inside {
                return Err(Reason::Network { network: text.clone(), client });
            }
        }
        Ok(())
    }
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(rename = "Statement")]
    statement: [Object<StatementForm>; 1],
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct StatementForm {
    #[serde(rename = "Resource", default, deserialize_with = "present")]
    resource: Option<String>,
    #[serde(rename = "Condition")]
    condition: Object<Condition>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Condition {
    #[serde(rename = "DateLessThan")]
    date_less_than: Object<EpochTime>,
    #[serde(rename = "DateGreaterThan", default, deserialize_with = "present")]
    date_greater_than: Option<Object<EpochTime>>,
    #[serde(rename = "IpAddress", default, deserialize_with = "present")]
    ip_address: Option<Object<SourceIp>>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct EpochTime {
    #[serde(rename = "AWS:EpochTime")]
    seconds: u64,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct SourceIp {
    #[serde(rename = "AWS:SourceIp")]
    network: String,
}

/// A JSON object. What serde derives would take a list of the values, too.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Object)
    }
}

/// What may be left out, but is not `null` where it stands: a condition must not vanish so.
fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}
