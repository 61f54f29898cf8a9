//! `playgate edge`: policies, keys and a configuration become what runs at the CDN.

mod addresses;
mod build;
mod checks;
mod configuration;
mod folder;
mod lambda;
mod materials;
mod module;
mod report;
mod worker;

use crate::{Answer, Failure, print_json};
use clap::Subcommand;
use serde_json::json;

// What it does is said at its arguments.
/// Make what decides at the CDN, ready to be deployed
#[derive(Subcommand)]
pub(crate) enum Edge {
    Build(build::Build),
}

impl Edge {
    /// Runs the command. For scripts what kept it from answering stands on stdout, too.
    pub(crate) fn run(self) -> Answer {
        let Self::Build(command) = self;
        let json = command.json;
        let answer = command.run();
        if let (true, Err(failure @ (Failure::Usage(_) | Failure::Refused(_)))) = (json, &answer) {
            print_json(&json!({ "error": failure.to_string() }))?;
        }
        answer
    }
}
