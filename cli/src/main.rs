//! The `playgate` command.
//!
//! Results go to stdout and everything else to stderr. The exit code is 0 when the command answered, be the
//! answer a refusal, 1 when it could not answer, and 2 when it was called wrongly.

mod configuration;
mod demo;
mod edge;
mod files;
mod hls;
mod ingest;
mod instant;
mod policy;
mod serve;
mod sign;
mod token;
mod verify;

use clap::{Parser, Subcommand};
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const EXIT_CODES: &str = "Results go to stdout, all else to stderr. Exit codes:\n  \
    0  it answered, and a refusal is an answer: read stdout\n  \
    1  it could not: a file, a key or a value that cannot be used\n  \
    2  it was called wrongly: an argument that is unknown, missing or not of its form";

/// Decides who may play which title, and proves it to the CDN.
#[derive(Parser)]
#[command(name = "playgate", version, arg_required_else_help = true, max_term_width = 100, after_help = EXIT_CODES)]
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
    /// The files that say who may play what
    #[command(subcommand)]
    Policy(policy::Policy),
    /// What decides at the CDN, ready to be deployed
    #[command(subcommand)]
    Edge(edge::Edge),
    /// The origin API: catalogue, playback sessions, keys
    Serve(serve::Serve),
    /// All of it on this machine, with a page and real players
    Demo(demo::Demo),
    /// Any video into the catalogue: heights, encryption, small pictures, entry
    Ingest(Box<ingest::Ingest>),
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
    /// The answer is no, and stands on stdout already: mistakes in a folder, tests that do not hold.
    #[error("see above")]
    Answered,
    /// There are mistakes in a policy folder. They were shown already, and this is what follows.
    #[error("{0}")]
    Mistaken(String),
    /// Stdout is gone, as when it is piped into `head`. Nobody is left to be told.
    #[error("stdout was closed")]
    Closed,
    /// Stdout takes no more, as when the disk is full.
    #[error("stdout: {0}")]
    Output(std::io::Error),
}

impl From<std::io::Error> for Failure {
    /// What went wrong while writing to stdout.
    fn from(error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::BrokenPipe { Self::Closed } else { Self::Output(error) }
    }
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
        Command::Policy(command) => command.run(),
        Command::Edge(command) => command.run(),
        Command::Serve(serve) => serve.run(),
        Command::Demo(demo) => demo.run(),
        Command::Ingest(ingest) => ingest.run(),
        Command::Hls(command) => command.run(),
    };
    match answer {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Closed | Failure::Answered) => ExitCode::FAILURE,
        Err(failure) => {
            let _ = writeln!(std::io::stderr(), "error: {}", harmless(&failure.to_string()));
            ExitCode::from(if matches!(failure, Failure::Usage(_)) { 2 } else { 1 })
        }
    }
}

/// Writes one result to stdout, with a line break.
fn print(text: &str) -> Answer {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{text}")?;
    Ok(stdout.flush()?)
}

/// Writes several lines to stdout, each made harmless.
fn print_lines(text: &str) -> Answer {
    print(&harmless_lines(text))
}

/// Writes several lines to stderr, each made harmless.
fn remark_lines(text: &str) {
    let _ = writeln!(std::io::stderr(), "{}", harmless_lines(text));
}

/// Writes a remark to stderr. If stderr is gone, so is the remark.
fn remark(text: &str) {
    let _ = writeln!(std::io::stderr(), "{}", harmless(text));
}

/// Writes one JSON object to stdout. JSON's own escapes keep what would steer a terminal out of it.
fn print_json(value: &serde_json::Value) -> Answer {
    print(&escaped(&value.to_string(), |out, one| {
        let mut units = [0; 2];
        for unit in one.encode_utf16(&mut units) {
            // Writing to a String cannot fail.
            let _ = write!(out, "\\u{unit:04x}");
        }
    }))
}

/// The text on one line, without what steers a terminal: parts of it may come from a token, a URL or a playlist.
fn harmless(text: &str) -> String {
    escaped(text, |out, one| out.extend(one.escape_unicode()))
}

/// The same for text of several lines, which may be indented with tabs.
fn harmless_lines(text: &str) -> String {
    let line = |line: &str| line.split('\t').map(harmless).collect::<Vec<_>>().join("\t");
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

fn escaped(text: &str, escape: impl Fn(&mut String, char)) -> String {
    let mut out = String::with_capacity(text.len());
    for one in text.chars() {
        let reorders = matches!(one, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if one.is_control() || reorders { escape(&mut out, one) } else { out.push(one) }
    }
    out
}
