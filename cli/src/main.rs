//! The `playgate` command.
//!
//! Results go to stdout and everything else to stderr. The exit code is 0 when the command answered, be the
//! answer a refusal, 1 when it could not answer, and 2 when it was called wrongly.

mod files;
mod hls;
mod instant;
mod sign;
mod token;
mod verify;

use clap::{Parser, Subcommand};
use std::io::Write as _;
use std::process::ExitCode;

/// Decides who may play which title, and proves it to the CDN.
#[derive(Parser)]
#[command(name = "playgate", version, arg_required_else_help = true, max_term_width = 100)]
struct Playgate {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make signed URLs and cookies for CloudFront
    #[command(subcommand)]
    Sign(sign::Sign),
    /// Answer as CloudFront's edge would
    #[command(subcommand)]
    Verify(verify::Verify),
    /// Access tokens for the path, a cookie or a header (CTA-5007-B)
    #[command(subcommand)]
    Token(token::Token),
    /// HLS playlists whose URIs carry the proof
    #[command(subcommand)]
    Hls(hls::Hls),
}

/// What a command hands to `main`.
type Answer = Result<(), Failure>;

/// Why a command could not answer.
#[derive(Debug, thiserror::Error)]
enum Failure {
    /// The arguments contradict each other: a wrong call.
    #[error("{0}")]
    Usage(String),
    /// Something that was asked for cannot be done.
    #[error("{0}")]
    Refused(String),
    /// Stdout is gone, as when it is piped into `head`. Nobody is left to be told.
    #[error("stdout was closed")]
    Closed,
}

impl Failure {
    /// A failure that says which argument or file it is about.
    fn about(what: &str, error: impl std::fmt::Display) -> Self {
        Self::Refused(format!("{what}: {error}"))
    }
}

fn main() -> ExitCode {
    let answer = match Playgate::parse().command {
        Command::Sign(command) => command.run(),
        Command::Verify(command) => command.run(),
        Command::Token(command) => command.run(),
        Command::Hls(command) => command.run(),
    };
    match answer {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Closed) => ExitCode::FAILURE,
        Err(failure) => {
            let _ = writeln!(std::io::stderr(), "error: {failure}");
            ExitCode::from(if matches!(failure, Failure::Usage(_)) { 2 } else { 1 })
        }
    }
}

/// Writes one result to stdout, with a line break.
fn print(text: &str) -> Answer {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{text}").and_then(|()| stdout.flush()).map_err(|_| Failure::Closed)
}

/// Writes a remark to stderr. If stderr is gone, so is the remark.
fn remark(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}
