//! `playgate serve`: the origin API.

use crate::{Answer, Failure};
use clap::Args;
use std::path::PathBuf;

/// Serves until it is told to stop (SIGTERM, or Ctrl-C), and finishes then what it accepted. The log is on stdout, a JSON object a
/// line; the first line says where it listens.
#[derive(Args)]
pub(crate) struct Serve {
    /// The configuration (see docs/serve.md)
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
}

impl Serve {
    pub(crate) fn run(self) -> Answer {
        origin_api::serve(&self.config).map_err(|problem| Failure::Refused(problem.to_string()))
    }
}
