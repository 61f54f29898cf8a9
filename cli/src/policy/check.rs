//! `playgate policy check`.

use super::folder::{Folder, count, counted, sorted, without_grants};
use super::question;
use crate::files::read_listing;
use crate::instant::Instant;
use crate::{Answer, Failure, print_json, print_lines};
use clap::Args;
use rights::language::{Problem, Severity};
use rights::model::Spot;
use rights::title::is_title;
use rights::warnings::{Warning, warnings};
use std::path::{Path, PathBuf};

/// Find every mistake in a policy folder, and what is legal and probably one
///
/// Exits with 0 if there is no mistake, and with 1 if there is one or if the folder cannot be read; with --deny-warnings
/// also with 1 if there is a warning, which the last line says.
#[derive(Args)]
pub(crate) struct Check {
    /// The folder with the policy files
    dir: PathBuf,
    /// Treat warnings as mistakes
    #[arg(long)]
    deny_warnings: bool,
    /// A file with all title ids of the catalogue, a line each: also finds patterns that match none of them
    #[arg(long, value_name = "FILE")]
    catalogue: Option<PathBuf>,
    /// The time by which a grant has ended or not: epoch seconds, RFC 3339, `now`, or from now, such as -2h or +2h
    /// [default: now]
    #[arg(long, value_name = "TIME", value_parser = question::time, allow_hyphen_values = true)]
    at: Option<Instant>,
    /// Print one JSON object
    #[arg(long)]
    pub(super) json: bool,
}

impl Check {
    pub(crate) fn run(self) -> Answer {
        let now = i64::try_from(Instant::or_now(self.at)?).unwrap_or(i64::MAX);
        let listing = self.catalogue.as_deref().map(Listing::read).transpose()?;
        let titles = listing.as_ref().map(Listing::titles);
        let folder = Folder::open(&self.dir)?;
        let (policy, mut problems) = folder.policy();
        if let Some(policy) = policy {
            problems.extend(without_grants(&policy).map(|problem| folder.placed(problem)));
            let found = warnings(&policy, now, titles.as_deref());
            problems.extend(found.into_iter().map(|warning| match &listing {
                // What no rule speaks of stands in no file of the folder.
                Some(listing) if warning.spot.file.is_empty() => listing.warned(warning),
                _ => folder.placed(folder.warned(warning)),
            }));
            problems = sorted(problems);
        }
        let (errors, warned) = (count(&problems, Severity::Error), count(&problems, Severity::Warning));
        let denied = self.deny_warnings && warned > 0;
        let ok = errors == 0 && !denied;
        if self.json {
            print_json(&folder.report(&problems, ok))?;
        } else {
            for problem in &problems {
                print_lines(&format!("{problem}\n"))?;
            }
            let (errors, warned) = (counted(errors, "mistake"), counted(warned, "warning"));
            let denied = if denied { ", denied" } else { "" };
            print_lines(&format!("{}: {errors}, {warned}{denied}", counted(folder.len(), "file")))?;
        }
        if ok { Ok(()) } else { Err(Failure::Answered) }
    }
}

/// A list of title ids, a line each.
struct Listing {
    path: String,
    text: String,
}

impl Listing {
    fn read(path: &Path) -> Result<Self, Failure> {
        let listing = Self { path: path.display().to_string(), text: read_listing(path)? };
        if listing.titles().is_empty() {
            return Err(Failure::about(
                &listing.path,
                "no title stands in it: it should hold title ids, a line each",
            ));
        }
        if let Some((number, line)) = listing.lines().find(|(_, line)| !is_title(line)) {
            let text = format!("line {number}: `{line}` is no title id, such as acme/one: check the file");
            return Err(Failure::about(&listing.path, text));
        }
        Ok(listing)
    }

    /// With their numbers, from 1. Empty lines and those that begin with `#` are passed over.
    fn lines(&self) -> impl Iterator<Item = (u32, &str)> {
        (1..)
            .zip(self.text.lines().map(str::trim))
            .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
    }

    fn titles(&self) -> Vec<&str> {
        self.lines().map(|(_, line)| line).collect()
    }

    /// A warning about a title, which is the one of that number.
    fn warned(&self, warning: Warning) -> Problem {
        let title = usize::try_from(warning.spot.line).unwrap_or(1).saturating_sub(1);
        let (line, text) = self.lines().nth(title).unwrap_or((1, ""));
        let spot = Spot { line, column: 1, ..warning.spot };
        let length = u32::try_from(text.chars().count()).unwrap_or(1);
        let problem = Problem::at(&spot, length, text, warning.code, warning.message).warning();
        Problem { file: self.path.clone(), help: warning.help, ..problem }
    }
}
