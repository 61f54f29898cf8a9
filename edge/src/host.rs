//! What the core asks of its host: four things, on one page.

use crate::identity::Signatures;

/// The host. A runtime's shell supplies it; natively and in tests it is a struct of a few lines.
pub trait Host: Signatures {
    /// The time, in seconds since 1970.
    fn now(&self) -> i64;

    /// Asks for an issuer's keys. The host fetches them from the address, once even if it is asked twice, hands what it
    /// got to [`Edge::keys_fetched`](crate::Edge::keys_fetched), and runs the request again.
    fn fetch_keys(&mut self, issuer: usize, url: &str);

    /// Takes a line of the log. It holds no token, key, cookie or whole address.
    fn log(&mut self, line: &str);
}
