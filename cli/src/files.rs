//! Reading what the arguments point at.

use crate::Failure;
use signer::keys::{PrivateKey, PublicKey};
use std::io::{ErrorKind, Read as _};
use std::path::Path;
use zeroize::Zeroizing;

/// More than any key file has: a wrong path to a video must not fill the memory.
const LONGEST_KEY_FILE: u64 = 1 << 20;

const LONGEST_LISTING: u64 = 512 << 20;

/// What went wrong with a path, and what to do about it.
pub(crate) fn in_words(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => format!("{error}: check the path"),
        ErrorKind::PermissionDenied => format!("{error}: you may not read it, so ask whose it is"),
        ErrorKind::IsADirectory => format!("{error}: name a file in it"),
        _ => error.to_string(),
    }
}

/// The bytes of a small file.
pub(crate) fn read_small(path: &Path) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let about = |error: &dyn std::fmt::Display| Failure::about(&path.display().to_string(), error);
    let file = std::fs::File::open(path).map_err(|error| about(&in_words(&error)))?;
    // Room for any key at once: a vector that grows leaves copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(16 * 1024));
    file.take(LONGEST_KEY_FILE + 1).read_to_end(&mut bytes).map_err(|error| about(&in_words(&error)))?;
    if bytes.len() as u64 > LONGEST_KEY_FILE {
        return Err(about(&"the file is over 1 MiB, which no key is: check the path"));
    }
    Ok(bytes)
}

/// The text of a listing, a line for each of a million titles at most.
pub(crate) fn read_listing(path: &Path) -> Result<String, Failure> {
    let about = |error: &dyn std::fmt::Display| Failure::about(&path.display().to_string(), error);
    let file = std::fs::File::open(path).map_err(|error| about(&in_words(&error)))?;
    let mut bytes = Vec::new();
    file.take(LONGEST_LISTING + 1).read_to_end(&mut bytes).map_err(|error| about(&in_words(&error)))?;
    if bytes.len() as u64 > LONGEST_LISTING {
        return Err(about(&"the file is over 512 MiB, which no list of titles is: check the path"));
    }
    String::from_utf8(bytes).map_err(|_| about(&"this is no text in UTF-8: check the path"))
}

/// The argument itself, or what stands on stdin where the argument is `-`.
pub(crate) fn argument_or_stdin(argument: &str) -> Result<String, Failure> {
    if argument != "-" {
        return Ok(argument.to_owned());
    }
    let mut text = String::new();
    std::io::stdin()
        .lock()
        .take(LONGEST_KEY_FILE)
        .read_to_string(&mut text)
        .map_err(|error| Failure::about("stdin", error))?;
    Ok(text)
}

/// A private key file.
pub(crate) fn private_key(path: &Path) -> Result<PrivateKey, Failure> {
    PrivateKey::from_pem(&read_small(path)?)
        .map_err(|error| Failure::about(&path.display().to_string(), error))
}

/// A public key file.
pub(crate) fn public_key(path: &Path) -> Result<PublicKey, Failure> {
    PublicKey::from_pem(&read_small(path)?)
        .map_err(|error| Failure::about(&path.display().to_string(), error))
}
