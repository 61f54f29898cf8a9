//! `playgate serve`, the real command, asked over HTTP; logins come from an issuer of the tests' own.
#![cfg(test)]
#![cfg(unix)]
#![allow(clippy::similar_names, reason = "server and served, head and heard: they are what they are called")]

mod administration;
mod attacks;
mod catalogue;
mod changes;
mod client;
mod configuration;
#[cfg(feature = "dynamodb")]
mod dynamo;
#[cfg(any(feature = "dynamodb", feature = "aws-secrets"))]
#[cfg_attr(not(feature = "dynamodb"), allow(dead_code, reason = "the store needs more of them"))]
#[path = "../../../origin-api/tests/store/dynamo/emulator.rs"]
mod emulator;
mod faults;
mod issuer;
mod keys;
#[cfg(feature = "lambda")]
mod lambda;
mod limits;
mod manifests;
mod media;
mod operations;
mod playback;
mod quick_start;
mod races;
#[cfg(feature = "aws-secrets")]
mod secrets;
mod stores;
mod strangers;
mod world;
