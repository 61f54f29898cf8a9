//! `playgate demo`: everything on this machine.

use crate::{Answer, Failure, print, print_json};
use clap::Args;
use std::path::PathBuf;

/// Runs the origin API, the edge in workerd, encrypted media and a page with real players, on one address, until Ctrl-C.
#[derive(Args)]
pub(crate) struct Demo {
    /// The port of the one address; 0 for any that is free
    #[arg(long, value_name = "N", default_value_t = 8700)]
    port: u16,
    /// Where media, policies, page and players are: the folder `demo` of a checkout, made ready by `make demo`
    #[arg(long, value_name = "DIR", default_value = "demo")]
    folder: PathBuf,
    /// Plays each title by each delivery without a browser, tries what must be refused, prints what came of it, and stops: 0 if all of
    /// it was as it should be
    #[arg(long)]
    once: bool,
    /// With --once, prints one JSON object
    #[arg(long, requires = "once")]
    json: bool,
}

impl Demo {
    pub(crate) fn run(self) -> Answer {
        let Self { port, folder, once, json } = self;
        let refused = |problem: demo::DemoError| Failure::Refused(problem.to_string());
        let options = demo::Options { folder, port };
        if !once {
            return demo::run(&options).map_err(refused);
        }
        let report = demo::once(&options).map_err(refused)?;
        if json {
            print_json(&report.json())?;
        } else {
            print(&report.table())?;
        }
        if report.holds() { Ok(()) } else { Err(Failure::Answered) }
    }
}
