//! What is wrong with a configuration.

/// What is wrong with a configuration: where, what, and what to do. Nothing starts with one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {what}")]
pub struct Problem {
    /// The field, such as `tokens.lifetime` or `route 3`.
    pub place: String,
    /// What is wrong with it, and what to do.
    pub what: String,
}

impl Problem {
    pub(crate) fn at(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self { place: place.into(), what: what.into() }
    }
}
