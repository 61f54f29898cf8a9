//! Grants and blackouts.

use super::fields::{self, Fields, Kind, Read, Reported, Value, wrong_kind};
use super::groups::Groups;
use super::lists;
use super::sections::Section;
use super::source::{Source, Span};
use super::territories::{self, Areas};
use super::tiers::TierNames;
use super::zone::{self, Zone};
use crate::model::{Blackout, Caps, Devices, Grant, Spot, Titles, Window};
use crate::places::Area;
use crate::problem::{Problems, shown};
use std::collections::HashMap;
use std::rc::Rc;
use toml::de::{DeTable, DeValue};

/// What the rules of one file are read with.
pub(crate) struct Reader<'r, 't, 'a> {
    pub(crate) source: &'t Source<'a>,
    pub(crate) file: usize,
    pub(crate) agreement: &'r Read<&'t str>,
    pub(crate) zone: &'r Zone,
    pub(crate) groups: &'r mut Groups,
    pub(crate) areas: &'r mut Areas,
    pub(crate) tiers: &'r mut TierNames,
    /// The ids of this agreement's rules.
    pub(crate) ids: &'r mut Ids,
    pub(crate) problems: &'r mut Problems,
}

/// The rules of one agreement.
#[derive(Debug, Default)]
pub(crate) struct Ids {
    /// Whether it is a grant, and where its id stands.
    pub(crate) known: HashMap<String, (bool, Spot)>,
    /// An id could not be read, so that nobody knows which there are.
    pub(crate) incomplete: bool,
}

/// What both kinds of rules have.
struct Common {
    id: String,
    titles: Titles,
    territories: Rc<Area>,
    window: Window,
    spot: Spot,
}

impl<'t, 'a> Reader<'_, 't, 'a> {
    /// Reads the `[[grant]]`s.
    pub(crate) fn grants(&mut self, value: &'t Value<'a>) -> Read<Vec<Grant>> {
        let (tables, sound) = self.tables("grant", value);
        let grants: Vec<Read<Grant>> =
            tables.into_iter().map(|(header, table)| self.grant(header, table)).collect();
        sound.and(grants.into_iter().collect())
    }

    /// Reads the `[[blackout]]`s.
    pub(crate) fn blackouts(&mut self, value: &'t Value<'a>) -> Read<Vec<Blackout>> {
        let (tables, sound) = self.tables("blackout", value);
        let blackouts: Vec<Read<Blackout>> =
            tables.into_iter().map(|(header, table)| self.blackout(header, table)).collect();
        sound.and(blackouts.into_iter().collect())
    }

    fn tables(
        &mut self,
        key: &'static str,
        value: &'t Value<'a>,
    ) -> (Vec<(Span, &'t DeTable<'a>)>, Read<()>) {
        let (tables, sound) = tables(self.source, key, value, self.problems);
        self.ids.incomplete |= sound.is_err();
        (tables, sound)
    }

    fn grant(&mut self, header: Span, table: &'t DeTable<'a>) -> Read<Grant> {
        let fields = Fields::open(self.source, table, header, Section::Grant, self.problems);
        let common = self.common(&fields, true);
        let (source, problems) = (self.source, &mut *self.problems);
        let tiers = fields.required("tiers", problems);
        let tiers = tiers.and_then(|value| lists::tiers(source, value, self.tiers, problems));
        let devices =
            fields.optional("devices").map(|value| lists::devices(source, value, problems)).transpose();
        let caps = caps(&fields, problems);
        let (max_height, max_streams, drm) = caps?;
        let common = common?;
        Ok(Grant {
            id: common.id,
            titles: common.titles,
            territories: common.territories,
            window: common.window,
            tiers: tiers?,
            devices: devices?.unwrap_or(Devices::ANY),
            caps: Caps { max_height, max_streams, drm: drm.unwrap_or_default() },
            spot: common.spot,
        })
    }

    fn blackout(&mut self, header: Span, table: &'t DeTable<'a>) -> Read<Blackout> {
        let fields = Fields::open(self.source, table, header, Section::Blackout, self.problems);
        let common = self.common(&fields, false);
        let message = fields.optional("message");
        let message =
            message.map(|value| fields::text(self.source, "message", value, self.problems)).transpose();
        let common = common?;
        Ok(Blackout {
            id: common.id,
            titles: common.titles,
            territories: common.territories,
            window: common.window,
            message: message?.map(str::to_owned),
            spot: common.spot,
        })
    }

    fn common(&mut self, fields: &Fields<'t, 'a>, is_grant: bool) -> Read<Common> {
        let id = self.id(fields, is_grant);
        let (source, problems) = (self.source, &mut *self.problems);
        let titles =
            fields.required("titles", problems).and_then(|value| lists::titles(source, value, problems));
        let list = fields.required("territories", problems);
        let list = list.and_then(|value| {
            territories::read(source, self.file, "territories", value, self.groups, problems)
        });
        let area = list.and_then(|list| {
            self.groups.mark_used(&list);
            self.areas.area(&list, self.groups)
        });
        let from = fields.required("from", problems);
        let from = from.and_then(|value| self.zone.moment(source, "from", value, problems));
        let until = fields.optional("until").map(|value| {
            let until = self.zone.moment(source, "until", value, problems)?;
            Read::Ok((until, value.span()))
        });
        let window = match (from, until.transpose()) {
            (Ok(from), Ok(until)) => zone::window(source, from, until, problems),
            _ => Err(Reported),
        };
        let (id, spot) = id?;
        Ok(Common { id, titles: titles?, territories: area?, window: window?, spot })
    }

    /// `agreement/id`, and where the id stands.
    fn id(&mut self, fields: &Fields<'t, 'a>, is_grant: bool) -> Read<(String, Spot)> {
        let value = fields.required("id", self.problems);
        let id = value
            .and_then(|value| Ok((fields::name(self.source, "id", value, self.problems)?, value.span())));
        let Ok((id, span)) = id else {
            self.ids.incomplete = true;
            return Err(Reported);
        };
        if let Some((_, first)) = self.ids.known.get(id) {
            let message = format!("another rule of this agreement has the id {}", shown(id));
            let help = format!("give one of them another id; the other is {}", self.source.refer(first));
            self.problems.push(self.source.error(&span, "id-taken", message).help(help));
            return Err(Reported);
        }
        self.ids.known.insert(id.to_owned(), (is_grant, self.source.spot(&span)));
        let agreement = (*self.agreement)?;
        Ok((format!("{agreement}/{id}"), self.source.spot(&span)))
    }
}

/// `max_height`, `max_streams` and `drm`, as far as they are there.
pub(crate) type WrittenCaps = (Option<u16>, Option<u16>, Option<bool>);

/// Reads what a grant has and a test may have.
pub(crate) fn caps(fields: &Fields<'_, '_>, problems: &mut Problems) -> Read<WrittenCaps> {
    let source = fields.source;
    let mut cap =
        |key| fields.optional(key).map(|value| fields::cap(source, key, value, problems)).transpose();
    let (max_height, max_streams) = (cap("max_height"), cap("max_streams"));
    let drm = fields.optional("drm").map(|value| fields::switch(source, "drm", value, problems)).transpose();
    Ok((max_height?, max_streams?, drm?))
}

/// The sections `[[key]]`, each with where it begins; and whether all are sections.
pub(crate) fn tables<'t, 'a>(
    source: &Source<'_>,
    key: &'static str,
    value: &'t Value<'a>,
    problems: &mut Problems,
) -> (Vec<(Span, &'t DeTable<'a>)>, Read<()>) {
    let DeValue::Array(array) = value.get_ref() else {
        return (Vec::new(), Err(wrong_kind(source, key, value, Kind::Rules, problems)));
    };
    let mut sound = Ok(());
    let mut tables = Vec::with_capacity(array.len());
    for value in array {
        match value.get_ref() {
            DeValue::Table(table) => tables.push((value.span(), table)),
            _ => sound = Err(wrong_kind(source, key, value, Kind::Rules, problems)),
        }
    }
    (tables, sound)
}
