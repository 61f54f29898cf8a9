//! The `playgate` command.
fn main() {}
