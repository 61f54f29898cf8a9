//! One viewer request in, one outcome out: what runs in Lambda@Edge and in Workers.
//!
//! The core is pure: the host tells the time, checks signatures, fetches keys and writes the log. `REQUESTS.md` beside
//! this crate says exactly what becomes of a request.

pub mod countries;
pub mod device;
pub mod identity;
