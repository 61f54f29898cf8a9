//! `playgate serve`, the real command, asked over HTTP; logins come from an issuer of the tests' own.
#![cfg(test)]
#![cfg(unix)]

mod attacks;
mod catalogue;
mod client;
mod faults;
mod issuer;
mod limits;
mod media;
mod operations;
mod playback;
mod races;
mod world;
