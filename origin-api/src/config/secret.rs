//! Secrets by reference: the configuration says where one is, and never what it is.

use serde::Deserialize;
use std::fmt;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// More than any key has: a wrong path must not fill the memory.
const LONGEST: u64 = 64 * 1024;

/// Where a secret is: `{ file = "session.key" }` or `{ env = "SESSION_KEY" }`.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Secret {
    /// In a file, beside the configuration.
    File(PathBuf),
    /// In an environment variable.
    Env(String),
}

/// Why a secret cannot be had. It says where it should be, and nothing of it.
#[derive(Debug, thiserror::Error)]
#[error("{place}: {what}")]
pub struct SecretError {
    place: String,
    what: String,
}

impl Secret {
    /// The secret itself.
    ///
    /// # Errors
    /// When it is not there, or too large to be one.
    pub fn read(&self) -> Result<Zeroizing<Vec<u8>>, SecretError> {
        let error = |what: String| SecretError { place: self.to_string(), what };
        match self {
            Self::Env(name) => match std::env::var(name) {
                Ok(value) => Ok(Zeroizing::new(value.into_bytes())),
                Err(_) => Err(error("it is not set, or no text; set it before the server starts".to_owned())),
            },
            Self::File(path) => {
                let file = std::fs::File::open(path).map_err(|problem| error(problem.to_string()))?;
                // Room for any at once: a vector that grows leaves copies behind.
                let mut bytes = Zeroizing::new(Vec::with_capacity(8 * 1024));
                file.take(LONGEST + 1)
                    .read_to_end(&mut bytes)
                    .map_err(|problem| error(problem.to_string()))?;
                if bytes.len() as u64 > LONGEST {
                    return Err(error(format!(
                        "it is larger than {LONGEST} bytes, which no secret is; check the path"
                    )));
                }
                Ok(bytes)
            }
        }
    }

    pub(super) fn beside(&mut self, folder: &Path) {
        if let Self::File(path) = self {
            *path = folder.join(&path);
        }
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(formatter, "{}", path.display()),
            Self::Env(name) => write!(formatter, "environment variable {name}"),
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Secret({self})")
    }
}
