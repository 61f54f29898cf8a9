//! The data, read once.

use std::collections::HashMap;
use std::sync::LazyLock;

/// Every place, by number and by code.
pub(super) static TABLE: LazyLock<Table> =
    LazyLock::new(|| Table::read(include_str!("../../data/iso-3166.tsv")));

/// What stands behind number 0.
pub(super) static THE_WORLD: Row = Row { code: "*", name: "world", others: "", parent: 0, end: 1 };

/// Codes of those whose English name takes an article; all others do without.
pub(super) const TAKES_ARTICLE: [&str; 35] = [
    "*", "AE", "AX", "BQ", "BS", "CC", "CD", "CF", "CG", "CK", "DO", "FK", "FO", "GB", "GM", "IM", "IO",
    "KM", "KY", "MH", "MP", "MV", "NL", "PH", "PN", "SB", "SC", "TC", "TF", "UM", "US", "VG", "VI", "GB-IOS",
    "US-DC",
];

/// A place's line of the data.
pub(super) struct Row {
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    /// With `;` between them.
    pub(super) others: &'static str,
    pub(super) parent: u16,
    pub(super) end: u16,
}

/// The tree in preorder.
pub(super) struct Table {
    rows: Vec<Row>,
    by_code: HashMap<&'static str, u16>,
}

impl Table {
    /// Lines that are not as they should be are passed over; the tests count what must be there.
    fn read(data: &'static str) -> Self {
        let mut rows = vec![Row { end: 1, ..THE_WORLD }];
        let mut by_code: HashMap<&'static str, u16> = HashMap::new();
        for line in data.lines().filter(|line| !line.starts_with('#')) {
            let mut columns = line.split('\t');
            let (Some(code), Some(parent), Some(name)) = (columns.next(), columns.next(), columns.next())
            else {
                continue;
            };
            let parent = if parent == THE_WORLD.code { Some(0) } else { by_code.get(parent).copied() };
            let (Some(parent), Ok(index)) = (parent, u16::try_from(rows.len())) else { continue };
            by_code.insert(code, index);
            rows.push(Row { code, name, others: columns.next().unwrap_or(""), parent, end: index + 1 });
        }
        for index in (1..rows.len()).rev() {
            let Some(&Row { parent, end, .. }) = rows.get(index) else { continue };
            if let Some(parent) = rows.get_mut(usize::from(parent)) {
                parent.end = parent.end.max(end);
            }
        }
        Self { rows, by_code }
    }

    pub(super) fn find(&self, code: &str) -> Option<u16> {
        self.by_code.get(code).copied()
    }

    pub(super) fn row(&self, index: u16) -> Option<&Row> {
        self.rows.get(usize::from(index))
    }

    pub(super) fn count(&self) -> u16 {
        u16::try_from(self.rows.len()).unwrap_or(u16::MAX)
    }
}
