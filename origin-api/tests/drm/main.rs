#![cfg(test)]
//! Keys, boxes, licences and the messages about them: against published vectors, against what must be refused, and against
//! bytes that mean nothing.
#![expect(clippy::string_slice, clippy::format_collect, reason = "texts of tests are ASCII and short")]
#![expect(clippy::too_many_lines, reason = "tables of cases stay in one piece")]

mod boxes;
mod challenges;
mod clearkey;
mod documents;
mod hls;
mod key_ids;
mod noise;
mod speke_corpus;
mod speke_refusals;
mod support;
mod vault;
mod xml;
