//! In which country an address is: a table that is built beforehand and looked up at the edge.
//!
//! It stands in where the CDN does not say the country as a fact: at viewer-request in Lambda@Edge. [`table`] is
//! looked up there, without allocation; [`build()`] makes it from a data set in CSV on the machine that builds the
//! edge's package. For the world as of June 2026, 341,599 runs of IPv4 and 267,532 of IPv6 addresses, it takes 3.8 MB,
//! of which 0.66 MB remain when compressed; natively, opening it takes 3 ms, and a lookup 65 ns in IPv4, 200 in IPv6.
//!
//! It is exactly as right as the data it was built from, which age: addresses are sold and moved every day, so
//! [`Countries::dated`] says how old the answers are. Where the data say nothing there is no answer, which holds for
//! private, loopback and documentation addresses too. IPv6 is told by the first 64 bits, what one network gets: if
//! addresses within them are in different countries, there is no answer. An IPv4 address within IPv6
//! (`::ffff:a.b.c.d`) is that IPv4 address.

pub mod build;
mod runs;
pub mod table;

pub use build::{BuildError, Overlaps, Row, build, read_csv};
pub use table::{Countries, OpenError};
