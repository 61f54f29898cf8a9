//! `playgate serve`: the origin API.

mod overview;

use crate::configuration::{Document, mistake_in, show};
use crate::{Answer, Failure};
use clap::Args;
use origin_api::NotServed;
use origin_api::config::{self, Config};
use rights::language::Problem;
use std::path::PathBuf;

const CODE: &str = "configuration";

/// Serves until it is told to stop (SIGTERM, or Ctrl-C), and finishes then what it accepted. The log is on stdout, a JSON object a
/// line; the first line says where it listens.
#[derive(Args)]
pub(crate) struct Serve {
    /// The configuration (see docs/serve.md)
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Serve nothing: read the configuration and all that it names, and say what would be served, or all that is wrong. The store is
    /// not opened
    #[arg(long)]
    check: bool,
    /// Print one JSON object
    #[arg(long, requires = "check")]
    json: bool,
}

impl Serve {
    pub(crate) fn run(self) -> Answer {
        let document = match Document::read(&self.config) {
            Ok(document) => document,
            Err(failure) => return self.refused(failure),
        };
        let config = match document.settings::<Config>() {
            Ok(config) => config.placed(document.folder()),
            Err(problem) => return self.mistaken(&[*problem]),
        };
        let shown = |problems: Vec<config::Problem>| -> Vec<Problem> {
            let mut shown: Vec<Problem> = problems
                .iter()
                .map(|problem| document.mistake_named(&problem.place, CODE, &problem.what))
                .collect();
            shown.sort_by_key(|problem| (problem.line, problem.column));
            shown
        };
        if self.check {
            return match origin_api::overview(config) {
                Ok(overview) => {
                    let warnings: Vec<Problem> =
                        shown(overview.warnings.clone()).into_iter().map(Problem::warning).collect();
                    overview::print(&overview, &warnings, self.json)
                }
                Err(NotServed::Mistakes(problems)) => self.mistaken(&shown(problems)),
                Err(NotServed::Start(problem)) => self.refused(Failure::Refused(problem.to_string())),
            };
        }
        match origin_api::serve(config) {
            Ok(()) => Ok(()),
            Err(NotServed::Mistakes(problems)) => self.mistaken(&shown(problems)),
            Err(NotServed::Start(problem)) => Err(Failure::Refused(problem.to_string())),
        }
    }

    /// What is wrong with no part of the configuration: a sentence for people, and the same object as ever for scripts.
    fn refused(&self, failure: Failure) -> Answer {
        if self.json {
            let file = self.config.display().to_string();
            let what = failure.to_string();
            let what = what.strip_prefix(&format!("{file}: ")).unwrap_or(&what);
            overview::print_mistakes(&[mistake_in(&file, CODE, what)])?;
        }
        Err(failure)
    }

    fn mistaken(&self, problems: &[Problem]) -> Answer {
        if self.json {
            overview::print_mistakes(problems)?;
        } else {
            show(problems, false)?;
        }
        let mistakes = match problems.len() {
            1 => "1 mistake".to_owned(),
            count => format!("{count} mistakes"),
        };
        Err(Failure::Mistaken(format!("{}: {mistakes}, and nothing is served", self.config.display())))
    }
}
