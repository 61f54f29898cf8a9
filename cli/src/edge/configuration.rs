//! Reading `edge.toml`.

use crate::Failure;
use crate::configuration::Document;
use edge::settings::Settings;
use rights::language::Problem;
use std::path::{Path, PathBuf};

/// A configuration, as it was written.
pub(super) struct Configuration {
    document: Document,
    pub(super) settings: Settings,
}

impl Configuration {
    /// Reads one. What is wrong with its text is one of the problems.
    pub(super) fn read(path: &Path, problems: &mut Vec<Problem>) -> Result<Option<Self>, Failure> {
        let document = Document::read(path)?;
        match document.settings() {
            Ok(settings) => Ok(Some(Self { document, settings })),
            Err(problem) => {
                problems.push(*problem);
                Ok(None)
            }
        }
    }

    /// Something that is wrong at a place such as `tokens.lifetime`. What to do stands behind the last semicolon.
    pub(super) fn mistake(&self, place: &str, code: &'static str, what: &str) -> Problem {
        self.document.mistake(place, code, what)
    }

    /// Something that works and is hardly meant.
    pub(super) fn warning(&self, place: &str, code: &'static str, what: &str) -> Problem {
        self.mistake(place, code, what).warning()
    }

    /// A file that the configuration names.
    pub(super) fn beside(&self, name: &str) -> PathBuf {
        self.document.folder().join(name)
    }
}
