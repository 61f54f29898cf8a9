//! Title ids and the patterns over them.

/// One member of a list of titles.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pattern {
    /// `*`
    All,
    /// `prefix/*`, without the `/*`
    Below(String),
    /// A title id.
    Exactly(String),
}

impl Pattern {
    /// Whether the title is one of those it stands for.
    #[must_use]
    pub fn matches(&self, title: &str) -> bool {
        match self {
            Self::All => true,
            Self::Exactly(id) => id == title,
            Self::Below(prefix) => {
                title.strip_prefix(prefix.as_str()).is_some_and(|rest| rest.starts_with('/'))
            }
        }
    }
}

impl core::fmt::Display for Pattern {
    fn fmt(&self, out: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::All => out.write_str("*"),
            Self::Below(prefix) => write!(out, "{prefix}/*"),
            Self::Exactly(id) => out.write_str(id),
        }
    }
}

/// A list of titles.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Titles {
    /// What it names; never empty in a policy that was read.
    pub include: Vec<Pattern>,
    /// What it excludes, whatever the order.
    pub exclude: Vec<Pattern>,
}

impl Titles {
    /// Whether the list stands for this title.
    #[must_use]
    pub fn contains(&self, title: &str) -> bool {
        self.include.iter().any(|pattern| pattern.matches(title))
            && !self.exclude.iter().any(|pattern| pattern.matches(title))
    }
}
