//! The policy's own tests.

use super::fields::{self, Fields, Read, Reported, Value, is_name, unfit_name};
use super::lists::{self, Member, unfit_title};
use super::rules::{self, Ids};
use super::sections::Section;
use super::source::{Source, Span};
use super::zone::Zone;
use crate::model::{Epoch, Expectation};
use crate::nearest::nearest;
use crate::places::{self, Place};
use crate::problem::{Problems, one_of, shown};
use crate::title::is_title;
use crate::viewer::Device;
use std::collections::HashMap;
use toml::de::DeTable;

/// `allow`, and the reasons to deny.
pub const OUTCOMES: [&str; 10] = [
    "allow",
    "unknown_title",
    "territory_unknown",
    "region_unknown",
    "territory",
    "not_yet",
    "expired",
    "tier",
    "device",
    "blackout",
];

/// What the tests of one file are read with.
pub(crate) struct Tests<'r, 't, 'a> {
    pub(crate) source: &'t Source<'a>,
    pub(crate) agreement: &'r Read<&'t str>,
    pub(crate) zone: &'r Zone,
    /// The rules of all agreements, by agreement.
    pub(crate) rules: &'r HashMap<&'t str, Ids>,
    /// A file could not be read, so that nobody knows which rules there are.
    pub(crate) rules_unknown: bool,
    pub(crate) problems: &'r mut Problems,
}

impl<'t, 'a> Tests<'_, 't, 'a> {
    /// Reads the `[[expect]]`s.
    pub(crate) fn read(&mut self, value: &'t Value<'a>) -> Read<Vec<Expectation>> {
        let (tables, sound) = rules::tables(self.source, "expect", value, self.problems);
        let tests: Vec<Read<Expectation>> =
            tables.into_iter().map(|(header, table)| self.test(header, table)).collect();
        sound.and(tests.into_iter().collect())
    }

    fn test(&mut self, header: Span, table: &'t DeTable<'a>) -> Read<Expectation> {
        let fields = Fields::open(self.source, table, header, Section::Expect, self.problems);
        let title = self.title(&fields);
        let place = self.place(&fields);
        let tier = self.tier(&fields);
        let device = self.device(&fields);
        let at = fields.required("at", self.problems).and_then(|value| self.moment("at", value));
        let outcome = self.outcome(&fields);
        let valid_until =
            fields.optional("valid_until").map(|value| self.moment("valid_until", value)).transpose();
        let available_from =
            fields.optional("available_from").map(|value| self.moment("available_from", value)).transpose();
        let caps = rules::caps(&fields, self.problems);
        let rule = fields.optional("rule").map(|value| self.rule(value, outcome)).transpose();
        let fits = outcome.and_then(|outcome| self.check_outcome(&fields, outcome));
        let spot = self.source.spot(&fields.header());
        let (max_height, max_streams, drm) = caps?;
        let (country, region) = place?;
        fits?;
        Ok(Expectation {
            title: title?.to_owned(),
            country,
            region,
            tier: tier?.map(str::to_owned),
            device: device?.unwrap_or_default(),
            at: at?,
            outcome: outcome?.to_owned(),
            rule: rule?.map(str::to_owned),
            valid_until: valid_until?,
            available_from: available_from?,
            max_height,
            max_streams,
            drm,
            spot,
        })
    }

    fn moment(&mut self, key: &str, value: &Value<'_>) -> Read<Epoch> {
        Ok(self.zone.moment(self.source, key, value, self.problems)?.epoch)
    }

    fn title(&mut self, fields: &Fields<'t, 'a>) -> Read<&'t str> {
        let value = fields.required("title", self.problems)?;
        let text = fields::text(self.source, "title", value, self.problems)?;
        if is_title(text) {
            return Ok(text);
        }
        let member = Member { text, written: text, excluded: false, span: value.span() };
        self.problems.push(unfit_title(self.source, &member, "unfit-title", "a title id"));
        Err(Reported)
    }

    fn tier(&mut self, fields: &Fields<'t, 'a>) -> Read<Option<&'t str>> {
        let Some(value) = fields.optional("tier") else { return Ok(None) };
        let tier = fields::text(self.source, "tier", value, self.problems)?;
        if is_name(tier) {
            return Ok(Some(tier));
        }
        self.problems.push(if tier == "*" {
            let problem = self.source.error(&value.span(), "unfit-name", "a viewer has one tier, not `*`");
            problem.help("write the name of one, or leave `tier` out for a viewer who is not logged in")
        } else {
            unfit_name(self.source, &value.span(), "the name of a tier", "", tier)
        });
        Err(Reported)
    }

    fn device(&mut self, fields: &Fields<'t, 'a>) -> Read<Option<Device>> {
        let Some(value) = fields.optional("device") else { return Ok(None) };
        let name = fields::text(self.source, "device", value, self.problems)?;
        Device::named(name).map(Some).ok_or_else(|| {
            self.problems.push(lists::unknown_device(self.source, &value.span(), "", name));
            Reported
        })
    }

    fn place(&mut self, fields: &Fields<'t, 'a>) -> Read<(Option<String>, Option<String>)> {
        let country = fields.optional("country").map(|value| self.country(value)).transpose();
        let region = fields.optional("region").map(|value| self.region(value)).transpose();
        let (Ok(country), Ok(region)) = (country, region) else { return Err(Reported) };
        let Some((region, span)) = region else {
            return Ok((country.map(|place| place.code().to_owned()), None));
        };
        let home = region.country_of().map_or("", Place::code);
        let problem = match country {
            Some(country) if country.encloses(region) => {
                return Ok((Some(country.code().to_owned()), Some(region.code().to_owned())));
            }
            Some(country) => {
                let message = format!("`{}` is not in `{}`", region.code(), country.code());
                self.source.error(&span, "region-outside-country", message).help(format!("it is in `{home}`"))
            }
            None if fields.attempted("country") => return Err(Reported),
            None => {
                let message = format!("the region `{}` says nothing without a country", region.code());
                self.source
                    .error(&span, "region-without-country", message)
                    .help(format!("add `country = \"{home}\"`"))
            }
        };
        self.problems.push(problem);
        Err(Reported)
    }

    fn country(&mut self, value: &Value<'_>) -> Read<Place> {
        let code = fields::text(self.source, "country", value, self.problems)?;
        if let Some(country) = Place::country(code) {
            return Ok(country);
        }
        let message = format!("{} is not the code of a country", shown(code));
        let problem = self.source.error(&value.span(), "unknown-country", message);
        self.problems.push(match Place::parse(code).and_then(Place::country_of) {
            Some(country) => {
                problem.help(format!("write `country = \"{}\"` and `region = \"{code}\"`", country.code()))
            }
            None => problem.help(suggestion(
                code,
                "leave `country` out for a viewer of whom nobody knows where they are",
            )),
        });
        Err(Reported)
    }

    fn region(&mut self, value: &Value<'_>) -> Read<(Place, Span)> {
        let code = fields::text(self.source, "region", value, self.problems)?;
        let place = Place::parse(code);
        if let Some(region) = place.filter(|place| !place.is_country() && *place != Place::WORLD) {
            return Ok((region, value.span()));
        }
        let message = format!("{} is not the code of a region", shown(code));
        let problem = self.source.error(&value.span(), "unknown-region", message);
        self.problems.push(match place {
            Some(_) => problem.help("it is a country: write it as `country`"),
            None => problem
                .help(suggestion(code, "write a code of ISO 3166-2 such as `GB-ENG`, or leave `region` out")),
        });
        Err(Reported)
    }

    fn outcome(&mut self, fields: &Fields<'t, 'a>) -> Read<&'static str> {
        let value = fields.required("outcome", self.problems)?;
        let text = fields::text(self.source, "outcome", value, self.problems)?;
        if let Some(outcome) = OUTCOMES.into_iter().find(|outcome| *outcome == text) {
            return Ok(outcome);
        }
        let other_word = match text.to_ascii_lowercase().as_str() {
            "allowed" | "ok" | "yes" | "play" | "permit" => Some("allow"),
            "geo" | "geoblocked" | "country" => Some("territory"),
            "ended" => Some("expired"),
            "early" | "upcoming" => Some("not_yet"),
            "blocked" | "blacked_out" => Some("blackout"),
            _ => None,
        };
        let problem =
            self.source.error(&value.span(), "unknown-outcome", format!("{} is not an outcome", shown(text)));
        self.problems.push(match other_word.or_else(|| nearest(text.trim(), OUTCOMES)) {
            Some(meant) => problem.help(format!("did you mean `{meant}`?")),
            None => problem.help(format!("write {}", one_of(OUTCOMES))),
        });
        Err(Reported)
    }

    /// Whether what else is expected can come with the outcome at all.
    fn check_outcome(&mut self, fields: &Fields<'t, 'a>, outcome: &str) -> Read<()> {
        let mut fits = Ok(());
        for key in ["valid_until", "max_height", "max_streams", "drm", "available_from"] {
            let Some(value) = fields.optional(key) else { continue };
            let (possible, only) = if key == "available_from" {
                (matches!(outcome, "not_yet" | "blackout"), "`not_yet` and `blackout`")
            } else {
                (outcome == "allow", "`allow`")
            };
            if !possible {
                let message = format!("`{key}` never comes with the outcome `{outcome}`");
                let problem = self.source.error(&value.span(), "impossible-expectation", message);
                self.problems.push(problem.help(format!("leave it out: it comes only with {only}")));
                fits = Err(Reported);
            }
        }
        fits
    }

    /// `agreement/id`, hopefully of a rule that there is.
    fn rule(&mut self, value: &'t Value<'a>, outcome: Read<&str>) -> Read<&'t str> {
        const GONE: &str = "was it renamed or removed? correct or delete this line";
        let rule = fields::text(self.source, "rule", value, self.problems)?;
        let span = value.span();
        let (agreement, id) = rule.split_once('/').unwrap_or(("", rule));
        let is_one = is_name(agreement) && is_name(id);
        let Some((is_grant, _)) = self.rules.get(agreement).and_then(|ids| ids.known.get(id)) else {
            let incomplete = match self.rules.get(agreement) {
                Some(ids) => ids.incomplete,
                None => self.rules_unknown && rule.contains('/'),
            };
            if !incomplete {
                let problem =
                    self.source.error(&span, "unknown-rule", format!("there is no rule {}", shown(rule)));
                let likely = self.likely_rule(rule, agreement, id).map(|meant| shown(&meant));
                self.problems.push(match likely {
                    Some(meant) if is_one => problem.help(format!("{GONE}; did you mean {meant}?")).warning(),
                    None if is_one => problem.help(GONE).warning(),
                    Some(meant) => problem.help(format!("did you mean {meant}?")),
                    None => problem.help("write `agreement/id` of a grant or a blackout"),
                });
            }
            // A test that cannot hold says so when it is run.
            return if is_one { Ok(rule) } else { Err(Reported) };
        };
        let fits = match outcome {
            Ok("unknown_title") => Err("no rule comes with the outcome `unknown_title`"),
            Ok("blackout") if *is_grant => Err("is a grant, and `blackout` comes with a blackout"),
            Ok("blackout") | Err(Reported) => Ok(()),
            Ok(_) if *is_grant => Ok(()),
            Ok(_) => Err("is a blackout, and only the outcome `blackout` comes with one"),
        };
        fits.map(|()| rule).map_err(|why| {
            let message =
                if why.starts_with("no ") { why.to_owned() } else { format!("{} {why}", shown(rule)) };
            let problem = self.source.error(&span, "impossible-expectation", message);
            self.problems.push(problem.help("write another rule or another outcome, or leave `rule` out"));
            Reported
        })
    }

    fn likely_rule(&self, rule: &str, agreement: &str, id: &str) -> Option<String> {
        if !self.problems.worth_suggesting() {
            return None;
        }
        let known =
            |agreement: &str| self.rules.get(agreement).map(|ids| ids.known.keys().map(String::as_str));
        let own = self.agreement.unwrap_or_default();
        if let Some(ids) = known(agreement) {
            return nearest(id, ids).map(|id| format!("{agreement}/{id}"));
        }
        let of_own = known(own).and_then(|mut ids| ids.find(|known| *known == id));
        if let Some(id) = of_own {
            return Some(format!("{own}/{id}"));
        }
        let near = nearest(agreement, self.rules.keys().copied())?;
        let id = known(near).and_then(|ids| nearest(id, ids)).filter(|_| rule.contains('/'))?;
        Some(format!("{near}/{id}"))
    }
}

fn suggestion(code: &str, otherwise: &str) -> String {
    match places::suggest(code) {
        Some(suggestion) => {
            let code = suggestion.code.map(|code| format!("did you mean `{code}`?"));
            let parts: Vec<String> =
                code.into_iter().chain(Some(suggestion.note)).filter(|part| !part.is_empty()).collect();
            parts.join(" ")
        }
        None => otherwise.to_owned(),
    }
}
