//! What people write instead of a code.

/// What somebody probably meant who wrote a territory that is not one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The code that they probably meant, for "did you mean".
    pub code: Option<&'static str>,
    /// What is to know about it, a clause for the end of an error message; empty where the code says it all.
    pub note: String,
}

/// What was probably meant by a text that is neither a code nor the name of a group.
#[must_use]
pub fn suggest(_text: &str) -> Option<Suggestion> {
    None
}
