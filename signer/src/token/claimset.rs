//! A token's claims, read in one pass over its payload.

use super::cbor::{Key, Malformed, Reader};
use super::dialect::{self, Dialect, claim_name, label};
use super::refusal::Refusal;

/// More claims than any token has.
const MOST_CLAIMS: u64 = 64;

/// The claims of one token. What is a list or a map stays encoded until it is looked at.
#[derive(Debug, Default)]
pub(crate) struct ClaimSet<'b> {
    pub(crate) issuer: Option<&'b str>,
    pub(crate) subject: Option<&'b str>,
    pub(crate) audience: Option<Reader<'b>>,
    pub(crate) expires_at: Option<u64>,
    pub(crate) not_before: Option<u64>,
    pub(crate) issued_at: Option<u64>,
    pub(crate) session: Option<&'b [u8]>,
    pub(crate) uri: Option<Reader<'b>>,
    pub(crate) networks: Option<Reader<'b>>,
    pub(crate) methods: Option<Reader<'b>>,
    pub(crate) places: Option<Reader<'b>>,
    pub(crate) max_height: Option<u32>,
    pub(crate) tier: Option<&'b str>,
    pub(crate) device: Option<&'b str>,
    pub(crate) region: Option<&'b str>,
    cta: Option<i64>,
    aws: Option<i64>,
    replay: Option<u64>,
    version: Option<u64>,
    critical: Option<Reader<'b>>,
    unchecked: Option<i64>,
}

impl<'b> ClaimSet<'b> {
    /// Reads the claims, and refuses what does not depend on the request: malformed claims, two dialects at once,
    /// critical claims that are not understood, and restrictions that are not checked here.
    // By itself: together with all that calls it, it would be a function that is slow to compile at the edge.
    #[inline(never)]
    pub(crate) fn read(payload: &'b [u8]) -> Result<Self, Refusal> {
        let mut reader = Reader::new(payload);
        let entries = reader.map()?;
        if entries > MOST_CLAIMS {
            return Err(Malformed::TooManyEntries.into());
        }
        let start = reader;
        let mut claims = Self::default();
        for index in 0..entries {
            let key = reader.key()?;
            let known = match key {
                Key::Label(label) => claims.take(label, &mut reader)?,
                Key::Text(_) => false,
            };
            if !known {
                if start.has_key(index, key)? {
                    return Err(Malformed::DuplicateKey.into());
                }
                reader.item()?;
            }
        }
        reader.end()?;
        claims.settle(start, entries)?;
        Ok(claims)
    }

    /// The dialect of its restrictions; CTA's if there are none.
    pub(crate) fn dialect(&self) -> Dialect {
        if self.aws.is_some() { Dialect::Aws } else { Dialect::Cta }
    }

    /// Takes one claim; whether it is one that is kept.
    #[inline]
    fn take(&mut self, number: i64, reader: &mut Reader<'b>) -> Result<bool, Malformed> {
        let claim = |_| Malformed::Claim(number);
        match number {
            label::ISSUER => set(&mut self.issuer, reader.text().map_err(claim)?)?,
            label::SUBJECT => set(&mut self.subject, reader.text().map_err(claim)?)?,
            label::AUDIENCE => set(&mut self.audience, Reader::new(reader.item()?))?,
            label::EXPIRES => set(&mut self.expires_at, reader.time().map_err(claim)?)?,
            label::NOT_BEFORE => set(&mut self.not_before, reader.time().map_err(claim)?)?,
            label::ISSUED_AT => set(&mut self.issued_at, reader.time().map_err(claim)?)?,
            label::SESSION => set(&mut self.session, reader.bytes_or_text().map_err(claim)?)?,
            label::CRITICAL => set(&mut self.critical, Reader::new(reader.item()?))?,
            label::REPLAY => set(&mut self.replay, reader.unsigned().map_err(claim)?)?,
            label::VERSION => set(&mut self.version, reader.unsigned().map_err(claim)?)?,
            label::PLACES => set(&mut self.places, Reader::new(reader.item()?))?,
            label::NETWORKS | label::URI | label::METHODS => {
                self.cta = Some(number);
                self.take_scope(number, Reader::new(reader.item()?))?;
            }
            label::AWS_NETWORKS | label::AWS_URI | label::AWS_METHODS => {
                self.aws = Some(number);
                self.take_scope(number, Reader::new(reader.item()?))?;
            }
            label::MAX_HEIGHT => {
                let lines = reader.unsigned().map_err(claim)?;
                set(&mut self.max_height, u32::try_from(lines).map_err(|_| Malformed::Claim(number))?)?;
            }
            label::TIER => set(&mut self.tier, reader.text().map_err(claim)?)?,
            label::DEVICE => set(&mut self.device, reader.text().map_err(claim)?)?,
            label::REGION => set(&mut self.region, reader.text().map_err(claim)?)?,
            _ => {
                if dialect::restricts_unchecked(number) {
                    self.unchecked.get_or_insert(number);
                }
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn take_scope(&mut self, number: i64, value: Reader<'b>) -> Result<(), Malformed> {
        let slot = match number {
            label::URI | label::AWS_URI => &mut self.uri,
            label::NETWORKS | label::AWS_NETWORKS => &mut self.networks,
            _ => &mut self.methods,
        };
        match set(slot, value) {
            // The same restriction once in each dialect is no duplicate key: it is reported as ambiguous.
            Err(_) if self.cta.is_some() && self.aws.is_some() => Ok(()),
            result => result,
        }
    }

    #[inline]
    fn settle(&self, start: Reader<'b>, entries: u64) -> Result<(), Refusal> {
        if let (Some(cta), Some(aws)) = (self.cta, self.aws) {
            return Err(Refusal::Ambiguous { cta, aws });
        }
        if let Some(critical) = self.critical {
            check_critical(critical, start, entries)?;
        }
        if let Some(number) = self.unchecked {
            return Err(unsupported(number, "nothing here knows what it restricts"));
        }
        if self.replay.is_some_and(|replay| replay != 0) {
            return Err(unsupported(label::REPLAY, "uses of a token are not counted here"));
        }
        if self.version.is_some_and(|version| version != 1) {
            return Err(unsupported(label::VERSION, "only version 1 is known"));
        }
        Ok(())
    }
}

/// A claim that restricts in a way that is not checked.
pub(crate) fn unsupported(label: i64, why: &'static str) -> Refusal {
    Refusal::UnsupportedClaim { label, name: claim_name(label).unwrap_or("unknown"), why }
}

fn set<T>(slot: &mut Option<T>, value: T) -> Result<(), Malformed> {
    if slot.replace(value).is_some() { Err(Malformed::DuplicateKey) } else { Ok(()) }
}

/// Every claim that is named critical must be there and be one that is checked.
fn check_critical(mut list: Reader<'_>, start: Reader<'_>, entries: u64) -> Result<(), Refusal> {
    let claim = |_| Malformed::Claim(label::CRITICAL);
    let count = list.array().map_err(claim)?;
    if count == 0 {
        return Err(Malformed::Claim(label::CRITICAL).into());
    }
    for _ in 0..count {
        let Key::Label(label) = list.key().map_err(claim)? else {
            return Err(Refusal::Critical { label: label::CRITICAL });
        };
        if !dialect::is_understood(label) || !start.has_key(entries, Key::Label(label))? {
            return Err(Refusal::Critical { label });
        }
    }
    Ok(())
}
