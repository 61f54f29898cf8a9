//! `playgate edge build`.

use super::configuration::Configuration;
use super::folder::{Files, Folder};
use super::materials::{Finished, Materials};
use super::module::Module;
use super::report::{Made, Report};
use super::{checks, lambda, worker};
use crate::configuration::show;
use crate::instant::Instant;
use crate::{Answer, Failure, policy};
use clap::{Args, ValueEnum};
use rights::language::{Problem, Severity};
use std::path::PathBuf;

/// Make a folder that deploys: the module, its shell, and what they need, checked together
///
/// The same files give the same bytes. Whatever could not work at the edge is refused here, in words, and nothing is
/// written.
#[derive(Args)]
pub(crate) struct Build {
    /// The configuration, `edge.toml`; the files that it names are looked for beside it
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// The folder with the policy files
    #[arg(long, value_name = "DIR")]
    policies: PathBuf,
    /// Where it is to run
    #[arg(long, value_enum)]
    target: Target,
    /// The folder to make; one that was made by this command is replaced as a whole
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
    /// The time by which keys are valid and data are old: epoch seconds or RFC 3339 [default: now]
    #[arg(long, value_name = "TIME")]
    at: Option<Instant>,
    /// Print one JSON object
    #[arg(long)]
    pub(super) json: bool,
}

/// Where the edge runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Target {
    /// Lambda@Edge, in front of the CDN's cache
    Lambda,
    /// Cloudflare Workers
    Worker,
}

impl Target {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Lambda => "lambda",
            Self::Worker => "worker",
        }
    }
}

impl Build {
    pub(super) fn run(self) -> Answer {
        let now = i64::try_from(Instant::or_now(self.at)?).unwrap_or(i64::MAX);
        let folder = Folder::named(&self.output, &self.policies, &self.config)?;

        let mut problems = Vec::new();
        let configuration = Configuration::read(&self.config, &mut problems)?;
        let configuration = self.unless_mistaken(&problems, configuration)?;
        let materials = Materials::gathered(&configuration, self.target, now, &mut problems);
        self.unless_mistaken(&problems, Some(()))?;

        let policies = policy::usable(&self.policies, self.json)?;
        let materials = materials.finished(&configuration, &policies.bundle, &mut problems);
        let materials = self.unless_mistaken(&problems, materials)?;
        let question = checks::Question {
            configuration: &configuration,
            materials: &materials,
            policies: &policies,
            folder: &self.policies,
            target: self.target,
            now,
        };
        checks::check(&question, &mut problems);
        self.unless_mistaken(&problems, Some(()))?;

        let module = Module::built_in()?;
        let files = match self.target {
            Target::Lambda => lambda::files(&module, &materials, &policies.bundle)?,
            Target::Worker => worker::files(&module, &configuration, &materials, &policies.bundle)?,
        };
        if let Some(archive) = files.iter().find(|file| file.name == lambda::ARCHIVE) {
            lambda::check_size(archive.bytes.len(), &mut problems);
            self.unless_mistaken(&problems, Some(()))?;
        }
        folder.write(&files)?;
        let made = Made {
            target: self.target,
            output: &self.output,
            files: &files,
            module: &module,
            policies: &policies,
            materials: &materials,
        };
        Report::of(&made, &problems)?.print(self.json)
    }

    /// Goes on if nothing is wrong, and shows all that is otherwise.
    fn unless_mistaken<T>(&self, problems: &[Problem], value: Option<T>) -> Result<T, Failure> {
        let errors = problems.iter().filter(|problem| problem.severity == Severity::Error).count();
        if let (0, Some(value)) = (errors, value) {
            return Ok(value);
        }
        show(problems, self.json)?;
        let mistakes = if errors == 1 { "1 mistake".to_owned() } else { format!("{errors} mistakes") };
        Err(Failure::Mistaken(format!("{}: {mistakes}, and nothing was built", self.config.display())))
    }
}

/// What both targets have: the module with its shell, and the data that are no secrets.
pub(super) fn shared(
    module: &Module,
    shell: &[super::module::Source],
    materials: &Finished,
    bundle: &[u8],
) -> Files {
    let mut files = Files::new();
    for (name, bytes) in shell {
        files.put(name, bytes);
    }
    files.put("edge_bg.wasm", module.wasm);
    files.put("settings.bin", &materials.settings);
    files.put("rights.bundle", bundle);
    files.put("shell.json", materials.shell.as_bytes());
    // The shells read these in any case, and take empty ones for none.
    files.put("revocations.bin", materials.revocations.as_ref().map_or(&[], |set| set.bytes.as_slice()));
    files.put("addresses.bin", materials.addresses.as_ref().map_or(&[], |table| table.bytes.as_slice()));
    files
}
