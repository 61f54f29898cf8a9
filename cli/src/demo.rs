//! `playgate demo`: everything on this machine.

use crate::{Answer, Failure};
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
}

impl Demo {
    pub(crate) fn run(self) -> Answer {
        let Self { port, folder } = self;
        demo::run(&demo::Options { folder, port }).map_err(|problem| Failure::Refused(problem.to_string()))
    }
}
