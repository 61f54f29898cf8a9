//! What the host supplies: the arithmetic of signatures.

use super::jwk::LoginKey;
use std::fmt;

/// Whether a signature is a key's over a message.
#[derive(Clone, Copy)]
pub struct Question<'q> {
    /// The key, which also says the algorithm. The token has no say in it.
    pub key: &'q LoginKey,
    /// A number that stands for the key's algorithm and numbers as long as the [`Logins`](super::Logins) live, so
    /// that a host needs to import each key once. A key that is replaced and comes back gets another number.
    pub key_number: u32,
    /// What was signed: the token up to its second dot.
    pub message: &'q [u8],
    /// The signature, of the length that the key asks for; of ES256 the 64 bytes `r || s`.
    pub signature: &'q [u8],
}

impl fmt::Debug for Question<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Message and signature together are the token.
        formatter.debug_struct("Question").field("key_number", &self.key_number).finish_non_exhaustive()
    }
}

/// A host's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The signature is the key's.
    Holds,
    /// It is not; also where the key's numbers turn out to be no key.
    Fails,
    /// The host will know later. The caller waits, and runs the whole request again with the answer at hand.
    Later,
}

/// A host that can check signatures.
pub trait Signatures {
    /// Answers one question.
    fn check(&mut self, question: &Question<'_>) -> Verdict;
}
