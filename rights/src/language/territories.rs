//! Lists of territories, and the areas they stand for.

use super::fields::{Read, Reported, Value};
use super::groups::Groups;
use super::lists::{self, Member};
use super::source::Source;
use crate::places::{Area, Place};
use crate::problem::{Problem, Problems, shown};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// What a member of a list stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Territory {
    Place(Place),
    /// By its number among all groups of the folder.
    Group(usize),
}

/// A list in which every member is known: each, and whether it is excluded; sorted, so that equal lists are equal.
pub(crate) type Territories = Vec<(Territory, bool)>;

/// Areas, each made once.
#[derive(Debug, Default)]
pub(crate) struct Areas {
    places: HashMap<Place, Rc<Area>>,
    lists: HashMap<Territories, Rc<Area>>,
    known: HashSet<Rc<Area>>,
}

impl Areas {
    /// What a list stands for; an error if one of its groups has one.
    pub(crate) fn area(&mut self, list: &Territories, groups: &Groups) -> Read<Rc<Area>> {
        if let Some(area) = self.lists.get(list) {
            return Ok(Rc::clone(area));
        }
        let (mut includes, mut excludes) = (Vec::new(), Vec::new());
        for (territory, excluded) in list {
            let area = match *territory {
                Territory::Place(place) => {
                    Rc::clone(self.places.entry(place).or_insert_with(|| Rc::new(Area::of(place))))
                }
                Territory::Group(number) => groups.area(number)?,
            };
            if *excluded { excludes.push(area) } else { includes.push(area) }
        }
        let area = Rc::new(Area::list(includes.iter().map(Rc::as_ref), excludes.iter().map(Rc::as_ref)));
        let area = if let Some(known) = self.known.get(&area) {
            Rc::clone(known)
        } else {
            self.known.insert(Rc::clone(&area));
            area
        };
        self.lists.insert(list.clone(), Rc::clone(&area));
        Ok(area)
    }
}

/// Reads a list of territories of this file.
pub(crate) fn read(
    source: &Source<'_>,
    file: usize,
    key: &str,
    value: &Value<'_>,
    groups: &Groups,
    problems: &mut Problems,
) -> Read<Territories> {
    let (members, mut sound) = lists::members(source, key, value, problems)?;
    let mut list = Vec::with_capacity(members.len());
    for member in &members {
        if let Some(territory) = groups.find(file, member.text) {
            list.push((territory, member.excluded));
            if let Territory::Place(place) = territory
                && let Some(twin) = place.twin()
                && !members.iter().any(|other| other.text == twin.code())
            {
                problems.push(also_a_country(source, member, place, twin));
            }
            continue;
        }
        sound = Err(Reported);
        if groups.might_be_unread(file, member.text) {
            continue;
        }
        let problem = groups.unknown(source, file, member, problems.worth_suggesting());
        problems.push(problem);
    }
    list.sort_unstable();
    list.dedup();
    sound.map(|()| list)
}

/// That most viewers there are known by another code.
fn also_a_country(source: &Source<'_>, member: &Member<'_>, place: Place, twin: Place) -> Problem {
    let (name, twin) = (place.name(), twin.code());
    let message =
        format!("{} is also a country of its own, `{twin}`, which this does not name", shown(member.text));
    let problem = source.error(&member.span, "also-a-country", message).warning();
    let sign = if member.excluded { "!" } else { "" };
    problem.help(format!(
        "viewers in {name} are mostly known by that code: name {} as well",
        shown(&format!("{sign}{twin}"))
    ))
}
