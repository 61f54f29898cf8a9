//! Writing sections, and putting them together.

use super::areas::Areas;
use super::{Ordered, TooLarge, number};
use crate::bundle::layout::{
    ANONYMOUS, BUCKET, HEADER, MAGIC, NEVER, OTHER_LOGIN, SECTIONS, Section, VERSION,
};
use crate::model::{Tiers, Window};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, HashMap};

/// The sections of a bundle while they grow.
#[derive(Default)]
pub(super) struct Writer {
    sections: BTreeMap<usize, Vec<u8>>,
    texts: HashMap<String, u32>,
    pub(super) seed: u64,
    /// The most slashes in a prefix of the title table.
    pub(super) deepest: u32,
}

impl Writer {
    pub(super) fn section(&mut self, section: Section) -> &mut Vec<u8> {
        self.sections.entry(section as usize).or_default()
    }

    pub(super) fn words(&mut self, section: Section, words: impl IntoIterator<Item = u32>) {
        self.section(section).extend(words.into_iter().flat_map(u32::to_le_bytes));
    }

    /// Where the text stands among the strings; equal ones stand there once.
    fn text(&mut self, text: &str) -> Result<u32, TooLarge> {
        if let Some(offset) = self.texts.get(text) {
            return Ok(*offset);
        }
        let strings = self.section(Section::Strings);
        let offset = number(strings.len(), Section::Strings)?;
        strings.extend_from_slice(text.as_bytes());
        number(strings.len(), Section::Strings)?;
        self.texts.insert(text.to_owned(), offset);
        Ok(offset)
    }

    pub(super) fn tiers(&mut self, names: &[&str]) -> Result<(), TooLarge> {
        for name in names {
            let offset = self.text(name)?;
            let length = number(name.len(), Section::Strings)?;
            self.words(Section::Tiers, [offset, length]);
        }
        Ok(())
    }

    pub(super) fn rules<'p>(
        &mut self,
        rules: &Ordered<'p>,
        tiers: &[&str],
        areas: &mut Areas<'p>,
    ) -> Result<(), TooLarge> {
        for grant in &rules.grants {
            let id = self.text(&grant.id)?;
            let area = areas.number(&grant.territories);
            let out = self.section(Section::Grants);
            window(out, grant.window);
            out.extend(tier_bits(&grant.tiers, tiers).to_le_bytes());
            out.extend(area.to_le_bytes());
            out.extend(id.to_le_bytes());
            out.extend(short(&grant.id)?.to_le_bytes());
            out.extend(grant.caps.max_height.unwrap_or(0).to_le_bytes());
            out.extend(grant.caps.max_streams.unwrap_or(0).to_le_bytes());
            out.extend([grant.devices.0, grant.caps.drm.into()]);
        }
        for blackout in &rules.blackouts {
            let id = self.text(&blackout.id)?;
            let message = blackout.message.as_deref();
            let text = self.text(message.unwrap_or_default())?;
            let length = number(message.unwrap_or_default().len(), Section::Strings)?;
            let area = areas.number(&blackout.territories);
            let out = self.section(Section::Blackouts);
            window(out, blackout.window);
            out.extend([area, id, text, length].into_iter().flat_map(u32::to_le_bytes));
            out.extend(short(&blackout.id)?.to_le_bytes());
            out.extend(u16::from(message.is_some()).to_le_bytes());
            out.extend([0; 4]);
        }
        Ok(())
    }

    /// The hash of what was written so far: what a policy's own randomness is made from.
    pub(super) fn digest(&self) -> u64 {
        let mut hash = Sha256::new();
        for bytes in self.sections.values() {
            hash.update(bytes);
        }
        hash.finalize().first_chunk().copied().map_or(0, u64::from_le_bytes)
    }

    pub(super) fn finish(mut self) -> Result<Vec<u8>, TooLarge> {
        let mut table = Vec::new();
        let mut body = Vec::new();
        for section in 0..SECTIONS {
            let bytes = self.sections.remove(&section).unwrap_or_default();
            if section == Section::Titles as usize {
                // A bucket then lies in as few lines of the cache as it can.
                body.resize((HEADER + body.len()).next_multiple_of(BUCKET) - HEADER, 0);
            }
            table.extend(number(HEADER + body.len(), Section::Titles)?.to_le_bytes());
            table.extend(number(bytes.len(), Section::Titles)?.to_le_bytes());
            body.extend(bytes);
        }
        let length = HEADER + body.len() + 32;
        number(length, Section::Titles)?;
        let mut out = Vec::with_capacity(length);
        out.extend(MAGIC);
        out.extend(VERSION.to_le_bytes());
        out.extend(self.deepest.to_le_bytes());
        out.extend((length as u64).to_le_bytes());
        out.extend(self.seed.to_le_bytes());
        out.extend(table);
        out.extend(body);
        let checksum = Sha256::digest(&out);
        out.extend_from_slice(&checksum);
        Ok(out)
    }
}

fn window(out: &mut Vec<u8>, window: Window) {
    out.extend(window.from.to_le_bytes());
    out.extend(window.until.unwrap_or(NEVER).to_le_bytes());
}

fn short(id: &str) -> Result<u16, TooLarge> {
    u16::try_from(id.len()).map_err(|_| TooLarge("bytes in a rule's name", u16::MAX.into()))
}

fn tier_bits(tiers: &Tiers, names: &[&str]) -> u64 {
    let mut bits = 0;
    for (number, name) in names.iter().enumerate() {
        bits |= u64::from(tiers.contains(Some(name))) << number;
    }
    if tiers.any_login {
        bits |= OTHER_LOGIN;
    }
    if tiers.anonymous {
        bits |= ANONYMOUS;
    }
    bits
}
