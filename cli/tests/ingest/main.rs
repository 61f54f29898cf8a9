//! `playgate ingest`, the real command with the real ffmpeg and packager, on small videos that ffmpeg draws.
#![cfg(test)]
#![cfg(unix)]

#[path = "../serve/client.rs"]
#[allow(dead_code, reason = "made for the tests of `serve`, which need more of it")]
mod client;
mod demo;
mod faults;
#[path = "../serve/issuer.rs"]
#[allow(dead_code, reason = "the same")]
mod issuer;
mod made;
mod odd;
mod refused;
mod served;
mod stopped;
mod videos;
#[path = "../serve/world.rs"]
#[allow(dead_code, reason = "the same")]
mod world;
