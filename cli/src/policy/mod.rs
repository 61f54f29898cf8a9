//! `playgate policy`: the files that say who may play what.

mod build;
mod check;
mod diff;
mod explain;
mod folder;
mod map;
mod near;
mod output;
mod passed_over;
mod question;
mod test;

use crate::{Answer, Failure, print_json};
use clap::Subcommand;
use serde_json::json;

/// Read, test, explain, compare, draw and compile policy files
#[derive(Subcommand)]
pub(crate) enum Policy {
    /// Find every mistake in a policy folder, and what is probably one
    Check(check::Check),
    /// Run the folder's own tests, every `[[expect]]`
    Test(test::Test),
    /// Say whether a viewer may play a title, and why
    Explain(explain::Explain),
    /// Say what viewers gain and lose from one version of a folder to another
    Diff(diff::Diff),
    /// Draw a world map of where a title plays
    Map(map::Map),
    /// Compile a folder to the bundle that decides
    Build(build::Build),
}

impl Policy {
    /// Runs the command. For scripts what kept it from answering stands on stdout, too.
    pub(crate) fn run(self) -> Answer {
        let json = self.wants_json();
        let answer = self.answer();
        if let (true, Err(failure @ (Failure::Usage(_) | Failure::Refused(_)))) = (json, &answer) {
            print_json(&json!({ "error": failure.to_string() }))?;
        }
        answer
    }

    fn wants_json(&self) -> bool {
        match self {
            Self::Check(command) => command.json,
            Self::Test(command) => command.json,
            Self::Explain(command) => command.json,
            Self::Diff(command) => command.json,
            Self::Map(command) => command.json,
            Self::Build(command) => command.json,
        }
    }

    fn answer(self) -> Answer {
        match self {
            Self::Check(command) => command.run(),
            Self::Test(command) => command.run(),
            Self::Explain(command) => command.run(),
            Self::Diff(command) => command.run(),
            Self::Map(command) => command.run(),
            Self::Build(command) => command.run(),
        }
    }
}
