//! What is kept, and what a store has to be able to do.
//!
//! A store keeps records: bytes under a key, in one of a few tables. A record changes as a whole and only on a condition, so
//! that nothing here needs a lock or a transaction of several records. That is what an embedded file and a `DynamoDB` table
//! have in common, and it is all that the rest of this crate asks for.

mod any;
#[cfg(feature = "dynamodb")]
pub mod dynamo;
pub mod embedded;
#[cfg(test)]
pub(crate) mod slow;

use std::future::Future;

pub(crate) use self::any::AnyStore;
#[cfg(feature = "dynamodb")]
pub use self::dynamo::Dynamo;
pub use self::embedded::Embedded;

/// The longest key of a record, in bytes.
pub const LONGEST_KEY: usize = 512;

/// The most bytes of a record: what `DynamoDB` takes, with room for its own attributes.
pub const LARGEST_RECORD: usize = 380 * 1024;

/// What a record is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Table {
    /// A title, under its id.
    Titles,
    /// Who is watching, under the account.
    Leases,
    /// A content key, sealed, under its key id.
    Keys,
    /// What was taken back, under its kind and id.
    Revocations,
    /// The policy in force, in parts, and what says that it is.
    Policies,
}

impl Table {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Titles, Self::Leases, Self::Keys, Self::Revocations, Self::Policies];

    /// Its name in a store.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Titles => "titles",
            Self::Leases => "leases",
            Self::Keys => "keys",
            Self::Revocations => "revocations",
            Self::Policies => "policies",
        }
    }
}

/// A record as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// What is in it.
    pub bytes: Vec<u8>,
    /// Which writing it is of. No two writings of one key have the same, even if it was removed between them.
    pub version: u64,
}

/// What has to be so for a writing to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// Whatever is there.
    Anything,
    /// There is no record of this key.
    Absent,
    /// There is one, and of this version.
    Version(u64),
}

/// A writing.
#[derive(Debug, Clone, Copy)]
pub struct Write<'w> {
    /// Where.
    pub table: Table,
    /// Under which key: 1 to [`LONGEST_KEY`] bytes.
    pub key: &'w str,
    /// What: at most [`LARGEST_RECORD`] bytes.
    pub bytes: &'w [u8],
    /// From when on nobody asks for it any more, in epoch seconds. A store may drop it some time later, and may show it until
    /// then: whoever reads looks at the times inside.
    pub expires: Option<u64>,
    /// On which condition.
    pub expect: Expect,
}

/// Why a store did not do as it was told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The condition does not hold. Nothing was changed; read again, and decide again.
    #[error("the record was changed by somebody else")]
    Conflict,
    /// What was asked for can never be done.
    #[error("the store cannot keep this: {0}")]
    Refused(String),
    /// It cannot be reached, or its disk is full. Of a writing nobody knows whether it happened.
    #[error("the store does not answer: {0}")]
    Unavailable(String),
}

/// A store. Every answer is about what was acknowledged before: after `write` returned, every `read` sees it, and no kill of
/// the process takes it away.
///
/// A key that is empty or too long is [`StoreError::Refused`] wherever it stands, in a reading too. Whoever stops waiting for
/// an answer does not take back what was asked.
pub trait Store: Send + Sync + 'static {
    /// The record of a key.
    fn read(
        &self,
        table: Table,
        key: &str,
    ) -> impl Future<Output = Result<Option<Record>, StoreError>> + Send;

    /// Writes a record whole, if the condition holds, and says its version.
    fn write(&self, write: Write<'_>) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// Removes a record, if the condition holds. None there is fine, unless a version was expected. One that is there, where
    /// none was expected, stays, and is a conflict.
    fn remove(
        &self,
        table: Table,
        key: &str,
        expect: Expect,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// At most so many records behind a key, in the order of their keys' bytes. The key need not be that of a record: any text
    /// is a place in the order. A record that is there all the while is on exactly one page; others may be or not.
    fn list(
        &self,
        table: Table,
        after: Option<&str>,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<(String, Record)>, StoreError>> + Send;

    /// Whether it could answer now, reading and writing. It changes nothing, and costs what a writing costs.
    fn ping(&self) -> impl Future<Output = Result<(), StoreError>> + Send;
}
