//! The stores: one suite for all of them, what only the file has to stand, and what only the table has.
#![cfg(test)]

mod damage;
mod durability;
#[cfg(feature = "dynamodb")]
mod dynamo;
mod faults;
mod figures;
mod folder;
mod opening;
mod suite;
mod sweeping;

/// The suite on the embedded store.
mod embedded {
    use std::sync::Arc;

    use origin_api::store::embedded::{Embedded, Options};

    use crate::folder::Folder;

    #[expect(clippy::unused_async, reason = "other stores are opened over a network")]
    async fn fresh() -> (Arc<Embedded>, Folder) {
        let folder = Folder::new();
        let store = Embedded::open(folder.file("store"), Options::default()).unwrap();
        (Arc::new(store), folder)
    }

    crate::suite::cases!(fresh, races: 1_000, counting: 200);
}
