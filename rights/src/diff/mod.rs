//! What a change of the policies does to whom.

mod audience;
mod cells;
mod mask;
mod merge;
mod rules;
mod text;
mod timeline;
mod titles;

use crate::model::{Caps, Epoch, Group, Policy};
use audience::Audience;
use cells::Shape;
use merge::{Effort, ORDERS, Way};
use rules::Book;
use std::collections::{BTreeMap, HashMap};
use titles::Shelf;

/// What viewers gain and lose by a change of the policies: a viewer at a time sees a difference in a title if, and only
/// if, a row says so; and then only one row does.
///
/// A difference is whether they may play, and if so before and after, up to what. Why they may not, what rules are
/// called and what messages say is none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Diff {
    /// Sorted by titles, then by kind, territories and time.
    pub rows: Vec<Row>,
    /// What viewers are told otherwise while they may not play; sorted by rule.
    pub messages: Vec<NewMessage>,
}

/// A blackout of both versions that tells viewers something else.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NewMessage {
    /// `agreement/id`.
    pub rule: String,
    /// As it was.
    pub old: Option<String>,
    /// As it is to be.
    pub new: Option<String>,
}

/// The same difference for some titles, viewers and times: all of these titles, for all of these viewers, all this
/// time. Lists are written as in the policy language.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row {
    /// What.
    pub titles: Vec<String>,
    /// Whether it is good.
    pub kind: Kind,
    /// Where. `GB-??` is who is known to be in Britain but not where in it, `??` who is in no known country.
    pub territories: Vec<String>,
    /// When it begins, as the first second of it; `None`: it was always so.
    pub from: Option<Epoch>,
    /// The first second behind it; `None`: it never ends.
    pub until: Option<Epoch>,
    /// Who.
    pub tiers: Vec<String>,
    /// On what.
    pub devices: Vec<String>,
    /// What the old policies allow; `None`: nothing.
    pub old: Option<Caps>,
    /// What the new policies allow; `None`: nothing.
    pub new: Option<Caps>,
    /// The name of a shared group that certainly contains exactly who is in these territories, if there is one.
    pub group: Option<String>,
}

/// What a difference is to a viewer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// They may play what they might not.
    Gained,
    /// They may not play what they might.
    Lost,
    /// They may play, up to something else.
    Changed,
}

/// What is allowed before and after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Change {
    old: Option<Caps>,
    new: Option<Caps>,
}

impl Change {
    fn kind(self) -> Kind {
        match (self.old, self.new) {
            (None, _) => Kind::Gained,
            (_, None) => Kind::Lost,
            _ => Kind::Changed,
        }
    }
}

/// With so many rows, or so many combinations of rules that change, what is fewest for each title is good enough.
const FEW: usize = 300;

/// How many tiles may be turned over to find fewer rows: some seconds' worth.
const EFFORT: usize = 2_000_000;

/// What the change from the old policies to the new ones does to whom.
#[must_use]
pub fn diff(old: &Policy, new: &Policy) -> Diff {
    let mut book = Book::default();
    let old_side = book.read(old);
    let new_side = book.read(new);
    let shelf = Shelf::of(&old_side, &new_side);
    let concerned = shelf.concerned();

    let audience = Audience::of(&book, &rules_of(&book, concerned.keys().copied()));
    let mut effort = Effort(EFFORT);
    let mut told = |way| Told::of(&book, &audience, &shelf, &concerned, way, &mut effort);
    let mut fewest = told(Way::Best);
    // What is fewest for each title may be cut differently for each.
    if (3..=FEW).contains(&fewest.count) && concerned.len() > 1 && concerned.len() <= FEW {
        for order in 0..ORDERS {
            let other = told(Way::Only(order));
            if other.count < fewest.count {
                fewest = other;
            }
        }
    }

    let mut names = Names { audience: &audience, policies: [new, old], known: HashMap::new() };
    let mut rows: Vec<Row> = Vec::with_capacity(fewest.count);
    for (shape, lists) in fewest.lists {
        rows.extend(lists.into_iter().map(|titles| names.row(&shape, titles)));
    }
    rows.sort_unstable();
    Diff { rows, messages: messages(old, new) }
}

fn messages(old: &Policy, new: &Policy) -> Vec<NewMessage> {
    let before: HashMap<&str, &Option<String>> =
        old.blackouts.iter().map(|blackout| (blackout.id.as_str(), &blackout.message)).collect();
    let mut messages: Vec<NewMessage> = new
        .blackouts
        .iter()
        .filter_map(|blackout| {
            let old = before.get(blackout.id.as_str()).filter(|old| **old != &blackout.message)?;
            Some(NewMessage { rule: blackout.id.clone(), old: (*old).clone(), new: blackout.message.clone() })
        })
        .collect();
    messages.sort_unstable();
    messages
}

/// The differences, with the lists of titles that see them.
struct Told {
    lists: Vec<(Shape, Vec<Vec<String>>)>,
    count: usize,
}

impl Told {
    fn of(
        book: &Book<'_>,
        audience: &Audience<'_>,
        shelf: &Shelf<'_>,
        concerned: &BTreeMap<(u32, u32), Vec<u32>>,
        way: Way,
        effort: &mut Effort,
    ) -> Self {
        let mut titles_of: BTreeMap<Shape, Vec<u32>> = BTreeMap::new();
        for ((old, new), atoms) in concerned {
            let (Some(old), Some(new)) = (book.said(*old), book.said(*new)) else { continue };
            for shape in cells::differences(book, audience, (old, new), way, effort) {
                titles_of.entry(shape).or_default().extend(atoms);
            }
        }
        let mut told = Self { lists: Vec::with_capacity(titles_of.len()), count: 0 };
        for (shape, mut atoms) in titles_of {
            atoms.sort_unstable();
            let lists = shelf.lists(&atoms);
            told.count += lists.len();
            told.lists.push((shape, lists));
        }
        told
    }
}

/// Every rule that has a say in any of these pairs.
fn rules_of(book: &Book<'_>, pairs: impl Iterator<Item = (u32, u32)>) -> Vec<u32> {
    let said = pairs.flat_map(|(old, new)| [old, new]).collect::<std::collections::BTreeSet<_>>();
    let said = said.into_iter().filter_map(|number| book.said(number));
    let mut rules: Vec<u32> =
        said.flat_map(|said| said.grants.iter().chain(&said.blackouts)).copied().collect();
    rules.sort_unstable();
    rules.dedup();
    rules
}

/// How viewers are written down.
struct Names<'p> {
    audience: &'p Audience<'p>,
    policies: [&'p Policy; 2],
    known: HashMap<Vec<u32>, (Vec<String>, Option<String>)>,
}

impl Names<'_> {
    fn row(&mut self, shape: &Shape, titles: Vec<String>) -> Row {
        let Shape { change, sets: [places, tiers, devices], from, until } = shape;
        let (territories, group) = self.territories(places);
        Row {
            titles,
            kind: change.kind(),
            territories,
            from: Some(*from),
            until: *until,
            tiers: self.audience.tier_list(tiers),
            devices: Audience::device_list(devices),
            old: change.old,
            new: change.new,
            group,
        }
    }

    fn territories(&mut self, places: &[u32]) -> (Vec<String>, Option<String>) {
        if let Some(known) = self.known.get(places) {
            return known.clone();
        }
        let points = self.audience.points(places);
        let [new, old] = self.policies;
        // A name that means something else by now would mislead.
        let kept = old.groups.iter().filter(|group| {
            let same_name = |other: &&Group| other.shared && other.name == group.name;
            new.groups.iter().find(same_name).is_none_or(|other| other.area == group.area)
        });
        let groups = new.groups.iter().filter(|group| {
            let same_name = |other: &&Group| other.shared && other.name == group.name;
            old.groups.iter().find(same_name).is_none_or(|other| other.area == group.area)
        });
        let mut named =
            groups.chain(kept).filter(|group| group.shared && group.area.certain_places().eq(points.iter()));
        let territories = (points.describe(), named.next().map(|group| group.name.clone()));
        self.known.insert(places.to_vec(), territories.clone());
        territories
    }
}
