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

pub(crate) use question::device;

use crate::{Answer, Failure, print_json, remark};
use clap::Subcommand;
use rights::Bundle;
use serde_json::json;
use std::path::Path;

// What each does is said at its arguments: a line here would hide what `--help` says there.
/// Read, test, explain, compare, draw and compile policy files
#[derive(Subcommand)]
pub(crate) enum Policy {
    Check(check::Check),
    Test(test::Test),
    Explain(explain::Explain),
    Diff(diff::Diff),
    Map(map::Map),
    Build(build::Build),
}

/// A folder without a mistake: what its files say, and what decides by it.
pub(crate) struct Usable {
    pub(crate) policy: rights::model::Policy,
    pub(crate) bundle: Bundle<Vec<u8>>,
}

/// The same checks as `policy build`, for a command that puts the bundle elsewhere. Mistakes are shown, to scripts on
/// stdout.
pub(crate) fn usable(path: &Path, json: bool) -> Result<Usable, Failure> {
    let policy = folder::Folder::usable(path, json)?;
    let bundle = build::compiled(&policy)?;
    if let Some(problem) = folder::without_grants(&policy) {
        remark(&problem.to_string());
    }
    Ok(Usable { policy, bundle })
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
