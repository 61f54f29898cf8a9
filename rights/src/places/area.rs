//! Sets of places, for viewers of whom not everything is known.

/// The places that a list of territories stands for: for each place a viewer may be known to be at, whether the list
/// certainly and whether it possibly contains them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Area {}
