//! Saying what was made.

use super::build::Target;
use super::folder::Files;
use super::lambda::ARCHIVE;
use super::materials::Finished;
use super::module::Module;
use super::worker::{quoted, secret_commands};
use crate::policy::Usable;
use crate::{Answer, Failure, print_json, print_lines, remark_lines};
use rights::language::Problem;
use serde_json::{Value, json};
use std::path::Path;

/// What was made, of what.
pub(super) struct Made<'m> {
    pub(super) target: Target,
    pub(super) output: &'m Path,
    pub(super) files: &'m Files,
    pub(super) module: &'m Module,
    pub(super) policies: &'m Usable,
    pub(super) materials: &'m Finished,
}

/// The same for people and for scripts.
pub(super) struct Report {
    lines: String,
    value: Value,
    warnings: Vec<String>,
}

impl Report {
    pub(super) fn of(made: &Made<'_>, warnings: &[Problem]) -> Result<Self, Failure> {
        let gzip = made.module.gzip_size().map_err(|error| Failure::about("edge_bg.wasm", error))?;
        let next = next(made);
        Ok(Self {
            lines: lines(made, gzip, &next),
            value: value(made, gzip, &next, warnings),
            warnings: warnings.iter().map(ToString::to_string).collect(),
        })
    }

    pub(super) fn print(&self, json: bool) -> Answer {
        if json {
            return print_json(&self.value);
        }
        for warning in &self.warnings {
            remark_lines(warning);
        }
        print_lines(&self.lines)
    }
}

fn lines(made: &Made<'_>, gzip: usize, next: &[String]) -> String {
    let Made { materials, policies, .. } = made;
    let total = made.files.iter().map(|file| file.bytes.len()).sum::<usize>();
    let mut lines = vec![
        format!("{}: {} files, {total} bytes", made.output.display(), made.files.iter().count()),
        format!("module: {} bytes, {gzip} with gzip", made.module.wasm.len()),
        format!(
            "policy: {}, {} grants, {} blackouts",
            policies.bundle.name(),
            policies.policy.grants.len(),
            policies.policy.blackouts.len()
        ),
    ];
    if let Some(archive) = made.files.iter().find(|file| file.name == ARCHIVE) {
        lines.insert(1, format!("archive: {ARCHIVE}, {} bytes", archive.bytes.len()));
    }
    let kids: Vec<&str> = materials.keys.iter().map(|key| key.kid.as_str()).collect();
    lines.push(format!("token keys: {}", kids.join(", ")));
    lines.extend(materials.logins.iter().map(|login| format!("logins: {login}")));
    if let Some(set) = &materials.revocations {
        lines.push(format!("revocations: {} entries, {} bytes", set.entries, set.bytes.len()));
    }
    if let Some(table) = &materials.addresses {
        let source = if table.source.is_empty() { String::new() } else { format!(" ({})", table.source) };
        let days = if table.days == 1 { "1 day".to_owned() } else { format!("{} days", table.days) };
        lines.push(format!(
            "addresses: dated {}, {days} old{source}, {} bytes",
            table.dated,
            table.bytes.len()
        ));
    }
    lines.push("next:".to_owned());
    lines.extend(next.iter().map(|line| format!("  {line}")));
    lines.join("\n")
}

/// What to run now.
fn next(made: &Made<'_>) -> Vec<String> {
    match made.target {
        Target::Lambda => vec![
            format!(
                "aws lambda update-function-code --region us-east-1 --function-name NAME --publish --zip-file fileb://{}",
                quoted(&made.output.join(ARCHIVE))
            ),
            "then name that version in the distribution's cache behaviours, as viewer-request and viewer-response".to_owned(),
        ],
        Target::Worker => {
            let mut next = secret_commands(&made.materials.keys, made.output);
            next.push(format!("wrangler deploy --config {}", quoted(&made.output.join("wrangler.toml"))));
            next
        }
    }
}

fn value(made: &Made<'_>, gzip: usize, next: &[String], warnings: &[Problem]) -> Value {
    let Made { materials, policies, .. } = made;
    let files: Vec<Value> =
        made.files.iter().map(|file| json!({ "name": file.name, "bytes": file.bytes.len() })).collect();
    let addresses = materials.addresses.as_ref().map(|table| {
        json!({ "dated": table.dated, "days": table.days, "source": table.source, "bytes": table.bytes.len() })
    });
    let revocations =
        materials.revocations.as_ref().map(|set| json!({ "entries": set.entries, "bytes": set.bytes.len() }));
    json!({
        "target": made.target.name(),
        "output": made.output.display().to_string(),
        "policy": policies.bundle.name(),
        "grants": policies.policy.grants.len(),
        "blackouts": policies.policy.blackouts.len(),
        "files": files,
        "module": { "bytes": made.module.wasm.len(), "gzip": gzip },
        "kids": materials.keys.iter().map(|key| key.kid.as_str()).collect::<Vec<_>>(),
        "logins": materials.logins,
        "revocations": revocations,
        "addresses": addresses,
        "warnings": warnings.iter().map(Problem::to_json).collect::<Vec<_>>(),
        "next": next,
    })
}
