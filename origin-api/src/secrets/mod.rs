//! The secrets that the configuration names, read once, before anything else is opened.

#[cfg(feature = "aws-secrets")]
mod aws;

use crate::config::{Config, Problem, Secret, at};
use crate::outward::Outward;
use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;
use zeroize::Zeroizing;

/// More than any key has: a wrong path must not fill the memory.
const LONGEST: u64 = 64 * 1024;

/// What was read: by where it is, so that what is named twice is read once.
pub(crate) struct Secrets(BTreeMap<Secret, Zeroizing<Vec<u8>>>);

/// Secrets, and what was noticed while they were read.
pub(crate) struct Reading {
    pub(crate) secrets: Secrets,
    /// What cannot be had, and why; nothing of any secret.
    pub(crate) mistakes: Vec<Problem>,
    /// What works and is hardly meant.
    pub(crate) warnings: Vec<Problem>,
}

impl Secrets {
    /// Reads all that the configuration names.
    #[cfg_attr(not(feature = "aws-secrets"), expect(clippy::unused_async, reason = "only AWS is waited for"))]
    pub(crate) async fn read(config: &Config, outward: &Outward) -> Reading {
        let mut reading =
            Reading { secrets: Self(BTreeMap::new()), mistakes: Vec::new(), warnings: Vec::new() };
        #[cfg(feature = "aws-secrets")]
        let aws = aws::Aws::new(config, outward);
        #[cfg(not(feature = "aws-secrets"))]
        let _ = outward;
        for (place, secret) in config.secrets() {
            if reading.secrets.0.contains_key(secret) {
                continue;
            }
            let read = match secret {
                Secret::Env(name) => from_environment(name),
                Secret::File(path) => {
                    let path = config.folder().join(path);
                    if is_open_to_all(&path) {
                        let what = format!(
                            "everybody on this machine can read `{}`; close it with `chmod 600 {0}`",
                            path.display()
                        );
                        reading.warnings.push(at(&place, what));
                    }
                    from_file(&path, LONGEST)
                }
                #[cfg(feature = "aws-secrets")]
                Secret::SecretsManager(secret) => aws.managed(secret).await,
                #[cfg(feature = "aws-secrets")]
                Secret::Kms(secret) => aws.decrypted(secret).await,
                #[cfg(not(feature = "aws-secrets"))]
                Secret::SecretsManager(_) | Secret::Kms(_) => Err(WITHOUT.to_owned()),
            };
            match read {
                Ok(bytes) => {
                    reading.secrets.0.insert(secret.clone(), bytes);
                }
                Err(what) => reading.mistakes.push(at(place, format!("{secret}: {what}"))),
            }
        }
        reading
    }

    /// One of them.
    ///
    /// # Errors
    /// When it was not among those that were read.
    pub(crate) fn of(&self, secret: &Secret) -> Result<&[u8], String> {
        let bytes = self.0.get(secret).ok_or_else(|| format!("{secret}: it was not read"))?;
        Ok(bytes)
    }
}

#[cfg(not(feature = "aws-secrets"))]
const WITHOUT: &str = "this `playgate` was built without secrets of AWS; build it with `--features aws-secrets`, or name a `file` or `env` instead";

fn from_environment(name: &str) -> Result<Zeroizing<Vec<u8>>, String> {
    let value = std::env::var(name);
    let value = value.map_err(|_| "it is not set, or no text; set it before the server starts")?;
    Ok(Zeroizing::new(value.into_bytes()))
}

fn from_file(path: &Path, longest: u64) -> Result<Zeroizing<Vec<u8>>, String> {
    let words =
        |problem: std::io::Error| format!("{problem}; check the path, and that the server may read it");
    let file = std::fs::File::open(path).map_err(words)?;
    // Room for any at once: a vector that grows leaves copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(8 * 1024));
    file.take(longest.saturating_add(1)).read_to_end(&mut bytes).map_err(words)?;
    if bytes.len() as u64 > longest {
        return Err(format!("it is larger than {longest} bytes, which no secret is; check the path"));
    }
    Ok(bytes)
}

#[cfg(unix)]
fn is_open_to_all(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o004 != 0)
}

#[cfg(not(unix))]
fn is_open_to_all(_path: &Path) -> bool {
    false
}
