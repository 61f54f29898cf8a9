//! `playgate edge build` as people and scripts use it: what it refuses, what it writes, and that it runs.

#![cfg(test)]

mod place;
mod refused;
mod written;
