//! The outlines, as `scripts/world-outline` made them.

const DATA: &str = include_str!("../../data/world.txt");

/// The drawing of the world without any shade; its paths are in its own coordinates from 0, 0.
#[derive(Debug, Default)]
pub(super) struct World {
    pub(super) width: u32,
    pub(super) height: u32,
    /// The radius of every dot.
    pub(super) radius: &'static str,
    /// The edge of the map.
    pub(super) sea: &'static str,
    /// Meridians and parallels.
    pub(super) grid: &'static str,
    /// Land that ISO 3166 gives to nobody.
    pub(super) no_code: &'static str,
    /// In the order of their codes.
    pub(super) outlines: Vec<Outline>,
}

/// One country's drawing: a shape, a dot, or both.
#[derive(Debug)]
pub(super) struct Outline {
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    /// Where a country lies that is too small to be seen.
    pub(super) dot: Option<(&'static str, &'static str)>,
    /// Empty if the dot would cover it.
    pub(super) path: &'static str,
}

impl World {
    /// The world as it is in the crate.
    pub(super) fn built_in() -> Self {
        Self::read(DATA)
    }

    fn read(data: &'static str) -> Self {
        let mut world = Self::default();
        for line in data.lines().filter(|line| !line.starts_with('#')) {
            let mut fields = line.split('\t');
            let key = fields.next().unwrap_or_default();
            let first = fields.next().unwrap_or_default();
            let second = fields.next().unwrap_or_default();
            match key {
                "size" => {
                    world.width = first.parse().unwrap_or_default();
                    world.height = second.parse().unwrap_or_default();
                }
                "radius" => world.radius = first,
                "sea" => world.sea = first,
                "grid" => world.grid = first,
                "none" => world.no_code = first,
                code => world.outlines.push(Outline {
                    code,
                    name: first,
                    dot: second.split_once(' '),
                    path: fields.next().unwrap_or_default(),
                }),
            }
        }
        world
    }
}
