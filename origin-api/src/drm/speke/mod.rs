//! SPEKE 2.0: a packager sends a CPIX 2.3 document with empty places, and gets it back with the places filled.
//!
//! [`Request::read`] checks the document and says which keys it wants; whoever keeps keys finds or makes them, so that the
//! same request gets the same keys; [`Request::answer`] fills the document.

mod answer;
mod contract;
mod error;
mod request;

pub use answer::AnswerError;
pub use contract::Requirements;
pub use error::SpekeError;
pub use request::{Request, WantedKey};

/// The version that is spoken: what `X-Speke-Version` has to say, and says in the answer.
pub const VERSION: &str = "2.0";

/// The version of CPIX documents.
pub const CPIX_VERSION: &str = "2.3";

/// What `X-Speke-User-Agent` says in every answer.
pub const USER_AGENT: &str = concat!("playgate/", env!("CARGO_PKG_VERSION"));

/// The type of answers.
pub const CONTENT_TYPE: &str = "application/xml";

/// How many keys a request may name.
pub const MOST_KEYS: usize = 100;

/// How long a request may be, in bytes.
pub const LONGEST_REQUEST: usize = 512 * 1024;

/// How long a content id may be, in bytes. It can stand in every line of an answer.
pub const LONGEST_CONTENT_ID: usize = 1024;

/// The namespace of CPIX.
const CPIX: &str = "urn:dashif:org:cpix";

/// The namespace of the containers of keys.
const PSKC: &str = "urn:ietf:params:xml:ns:keyprov:pskc";
