//! What becomes of a request.

use std::borrow::Cow;

/// What becomes of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It goes on to the origin.
    Forward(Forward),
    /// It is answered here.
    Respond(Response),
    /// The host has something to do first, and then runs the same request again.
    Wait(Wait),
}

/// How a request goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forward {
    /// The path for the origin.
    pub path: String,
    /// The query for the origin.
    pub query: String,
    /// Headers to be taken away: they carry credentials.
    pub removed: Vec<String>,
}

/// An answer to the viewer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Headers, in lower case. `set-cookie` may occur more than once.
    pub headers: Headers,
    /// The body; empty: none.
    pub body: String,
}

/// Names and values of headers.
pub type Headers = Vec<(&'static str, Cow<'static, str>)>;

/// What the host has to do first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// Check the signature that it was asked about.
    Signature,
    /// Fetch the keys that it was asked for.
    Keys,
}
