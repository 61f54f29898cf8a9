//! `playgate serve`, the real command, asked over HTTP; logins come from an issuer of the tests' own.
#![cfg(test)]
#![cfg(unix)]

mod catalogue;
mod client;
mod issuer;
mod keys;
#[cfg(feature = "lambda")]
mod lambda;
mod manifests;
mod operations;
mod playback;
mod world;
