//! A policy as it comes back from a viewer, and whether it allows the request.

use super::credentials::Credentials;
use super::{Reason, Request, wildcard};
use crate::cloudfront::Epoch;
use crate::cloudfront::policy::Network;
use serde::Deserialize;
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
        let wrong = |detail: String| Reason::PolicyForm { detail };
        let document: Document = serde_json::from_slice(json).map_err(|error| wrong(error.to_string()))?;
        let [statement] = document.statement;
        let condition = statement.condition;
        let epoch = |time: EpochTime| Epoch::new(time.seconds).map_err(|error| wrong(error.to_string()));
        let network = condition
            .ip_address
            .map(|SourceIp { network }| match Network::parse_any(&network) {
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(rename = "Statement")]
    statement: [StatementForm; 1],
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StatementForm {
    #[serde(rename = "Resource")]
    resource: Option<String>,
    #[serde(rename = "Condition")]
    condition: Condition,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Condition {
    #[serde(rename = "DateLessThan")]
    date_less_than: EpochTime,
    #[serde(rename = "DateGreaterThan")]
    date_greater_than: Option<EpochTime>,
    #[serde(rename = "IpAddress")]
    ip_address: Option<SourceIp>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EpochTime {
    #[serde(rename = "AWS:EpochTime")]
    seconds: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SourceIp {
    #[serde(rename = "AWS:SourceIp")]
    network: String,
}
