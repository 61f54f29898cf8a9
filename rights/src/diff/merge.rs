//! Cells put together to few blocks.

use super::rules::count;
use std::collections::HashMap;

/// One class of each set-like dimension, from one point in time up to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Cell {
    pub(super) at: [u32; 3],
    pub(super) from: u32,
    pub(super) until: u32,
}

/// Sets of classes, sorted, from one point in time up to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) sets: [Vec<u32>; 3],
    pub(super) from: u32,
    pub(super) until: u32,
}

/// In which order of dimensions blocks are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// In whatever order gives the fewest, as long as there is effort left: then in the first.
    Best,
    /// In the order of that number.
    Only(usize),
}

/// How many orders there are.
pub(super) const ORDERS: usize = 24;

/// How much may still be tried.
pub(super) struct Effort(pub(super) usize);

/// Along what blocks are put together: one of the sets, or time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Along {
    Set(usize),
    Time,
}

/// The ways that are tried begin with this one.
const FIRST: [Along; 4] = [Along::Time, Along::Set(2), Along::Set(1), Along::Set(0)];

/// So many cells are put together in one way only.
const MANY: usize = 20_000;

/// Disjoint blocks that are together exactly the cells, as few as greed finds in any order of dimensions. The cells
/// must be disjoint, and those that differ in time only must not touch.
pub(super) fn fewest(cells: Vec<Cell>, way: Way, effort: &mut Effort) -> Vec<Block> {
    let mut cells = cells;
    let mut originals: [Vec<Vec<u32>>; 3] = Default::default();
    for (dimension, originals) in originals.iter_mut().enumerate() {
        *originals = put_alike_together(&mut cells, dimension);
    }
    let whole: Vec<Tile> =
        cells.iter().map(|cell| Tile { sets: cell.at, from: cell.from, until: cell.until }).collect();
    let mut sets = Sets::of(&originals);
    let mut best = put_together(whole.clone(), FIRST, &mut sets);
    // One block is the fewest, and where two are found one cannot be: cells that are one block were one cell.
    let enough = match way {
        Way::Best => best.len() <= 2,
        Way::Only(number) => best.len() == 1 || number == 0,
    };
    if !enough && whole.len() <= MANY {
        let slices = slices(&whole);
        for (number, order) in orders().enumerate().skip(1) {
            if slices.len() > MANY || effort.0 < slices.len() {
                break;
            }
            if matches!(way, Way::Only(other) if other != number) {
                continue;
            }
            effort.0 -= slices.len();
            let start = if order.first() == Some(&Along::Time) { whole.clone() } else { slices.clone() };
            let blocks = put_together(start, order, &mut sets);
            if way != Way::Best || blocks.len() < best.len() {
                best = blocks;
            }
        }
    }
    best.into_iter().map(|tile| sets.block(tile)).collect()
}

/// Gives one number to the classes of a dimension that have the same cells otherwise: no need to tell them apart. For
/// each number the classes that got it.
fn put_alike_together(cells: &mut Vec<Cell>, dimension: usize) -> Vec<Vec<u32>> {
    let class = |cell: &Cell| cell.at.get(dimension).copied().unwrap_or_default();
    let elsewhere = |cell: &Cell| {
        let mut cell = *cell;
        if let Some(class) = cell.at.get_mut(dimension) {
            *class = 0;
        }
        cell
    };
    cells.sort_unstable_by_key(|cell| (class(cell), elsewhere(cell)));
    let mut originals: Vec<Vec<u32>> = Vec::new();
    let mut numbers: HashMap<Vec<Cell>, u32> = HashMap::new();
    let mut kept = Vec::new();
    for run in cells.chunk_by(|one, other| class(one) == class(other)) {
        let Some(original) = run.first().map(class) else { continue };
        let next = count(originals.len());
        let number = *numbers.entry(run.iter().map(elsewhere).collect()).or_insert(next);
        if number == next {
            originals.push(Vec::new());
            kept.extend(run.iter().map(|cell| {
                let mut cell = *cell;
                if let Some(class) = cell.at.get_mut(dimension) {
                    *class = number;
                }
                cell
            }));
        }
        if let Some(originals) = originals.get_mut(number as usize) {
            originals.push(original);
        }
    }
    *cells = kept;
    originals
}

/// A block whose sets are known by numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Tile {
    sets: [u32; 3],
    from: u32,
    until: u32,
}

impl Tile {
    fn set(&self, dimension: usize) -> u32 {
        self.sets.get(dimension).copied().unwrap_or_default()
    }

    fn with(mut self, dimension: usize, set: u32) -> Self {
        if let Some(there) = self.sets.get_mut(dimension) {
            *there = set;
        }
        self
    }
}

/// Each cell cut wherever in time any begins or ends.
fn slices(whole: &[Tile]) -> Vec<Tile> {
    let mut cuts: Vec<u32> = whole.iter().flat_map(|tile| [tile.from, tile.until]).collect();
    cuts.sort_unstable();
    cuts.dedup();
    let mut slices = Vec::new();
    for tile in whole {
        let inside = cuts.iter().zip(cuts.iter().skip(1));
        let inside = inside.skip(cuts.partition_point(|cut| *cut < tile.from));
        for (from, until) in inside.take_while(|(from, _)| **from < tile.until) {
            slices.push(Tile { from: *from, until: *until, ..*tile });
        }
        if slices.len() > MANY {
            break;
        }
    }
    slices
}

fn orders() -> impl Iterator<Item = [Along; 4]> {
    let others = |than: Vec<Along>| FIRST.into_iter().filter(move |along| !than.contains(along));
    others(vec![]).flat_map(move |one| {
        others(vec![one]).flat_map(move |two| {
            others(vec![one, two])
                .flat_map(move |three| others(vec![one, two, three]).map(move |four| [one, two, three, four]))
        })
    })
}

/// Puts tiles together along each dimension in this order, until no two can be.
fn put_together(mut tiles: Vec<Tile>, order: [Along; 4], sets: &mut Sets) -> Vec<Tile> {
    loop {
        let before = tiles.len();
        for along in order {
            tiles = match along {
                Along::Time => along_time(tiles),
                Along::Set(dimension) => along_set(tiles, dimension, sets),
            };
        }
        if tiles.len() == before {
            return tiles;
        }
    }
}

fn along_time(mut tiles: Vec<Tile>) -> Vec<Tile> {
    tiles.sort_unstable();
    let mut joined: Vec<Tile> = Vec::with_capacity(tiles.len());
    for tile in tiles {
        match joined.last_mut() {
            Some(last) if last.sets == tile.sets && last.until == tile.from => last.until = tile.until,
            _ => joined.push(tile),
        }
    }
    joined
}

fn along_set(mut tiles: Vec<Tile>, dimension: usize, sets: &mut Sets) -> Vec<Tile> {
    tiles.sort_unstable_by_key(|tile| (tile.with(dimension, 0), tile.set(dimension)));
    tiles
        .chunk_by(|one, other| one.with(dimension, 0) == other.with(dimension, 0))
        .filter_map(|run| match run {
            [] => None,
            [alone] => Some(*alone),
            [first, ..] => {
                let union = sets.union(dimension, run.iter().map(|tile| tile.set(dimension)));
                Some(first.with(dimension, union))
            }
        })
        .collect()
}

/// The sets of each dimension, by number: the first are those of one class each.
struct Sets {
    known: [Vec<Vec<u32>>; 3],
    numbers: [HashMap<Vec<u32>, u32>; 3],
    originals: [Vec<Vec<u32>>; 3],
}

impl Sets {
    fn of(originals: &[Vec<Vec<u32>>; 3]) -> Self {
        let sets =
            originals.each_ref().map(|classes| (0..count(classes.len())).map(|class| vec![class]).collect());
        let numbers = sets.each_ref().map(|sets: &Vec<Vec<u32>>| sets.iter().cloned().zip(0..).collect());
        Self { known: sets, numbers, originals: originals.clone() }
    }

    /// Of sets that have nothing in common.
    fn union(&mut self, dimension: usize, of: impl Iterator<Item = u32>) -> u32 {
        let (Some(sets), Some(numbers)) = (self.known.get_mut(dimension), self.numbers.get_mut(dimension))
        else {
            return 0;
        };
        let mut union: Vec<u32> = of.filter_map(|set| sets.get(set as usize)).flatten().copied().collect();
        union.sort_unstable();
        let next = count(sets.len());
        *numbers.entry(union).or_insert_with_key(|union| {
            sets.push(union.clone());
            next
        })
    }

    fn block(&self, tile: Tile) -> Block {
        let mut dimensions = self.known.iter().zip(&self.originals).zip(tile.sets);
        let sets = std::array::from_fn(|_| {
            let Some(((sets, originals), set)) = dimensions.next() else { return Vec::new() };
            let classes = sets.get(set as usize).into_iter().flatten();
            let mut all: Vec<u32> =
                classes.filter_map(|class| originals.get(*class as usize)).flatten().copied().collect();
            all.sort_unstable();
            all
        });
        Block { sets, from: tile.from, until: tile.until }
    }
}
