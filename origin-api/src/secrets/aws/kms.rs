//! `Decrypt` of KMS.

use super::call::Refused;
use super::{Service, about_asker};
use crate::config::Encrypted;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::json;
use zeroize::Zeroizing;

pub(super) const TARGET: &str = "TrentService.Decrypt";

/// More than any ciphertext of KMS has (6,144 bytes), as base64 with line ends.
pub(super) const LONGEST: u64 = 16 * 1024;

#[derive(Deserialize)]
struct Answer {
    #[serde(rename = "Plaintext")]
    plaintext: String,
}

/// The ciphertext of a file, where it may stand raw or as base64.
pub(super) fn ciphertext(file: &[u8]) -> Result<Vec<u8>, String> {
    let text: Vec<u8> = file.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    if text.is_empty() {
        return Err("it is empty; write into it what `aws kms encrypt` gave".to_owned());
    }
    if text.starts_with(b"{") && text.ends_with(b"}") {
        return Err(
            "it is the whole answer; write only the ciphertext, with `--query CiphertextBlob --output text`"
                .to_owned(),
        );
    }
    // A raw one begins with bytes that are in no text.
    Ok(STANDARD.decode(&text).unwrap_or_else(|_| file.to_vec()))
}

pub(super) fn question(ciphertext: &[u8], secret: &Encrypted) -> Vec<u8> {
    let mut question = json!({ "CiphertextBlob": STANDARD.encode(ciphertext) });
    if let Some(object) = question.as_object_mut() {
        if !secret.context.is_empty() {
            object.insert("EncryptionContext".to_owned(), json!(secret.context));
        }
        if let Some(key) = &secret.key {
            object.insert("KeyId".to_owned(), json!(key));
        }
    }
    question.to_string().into_bytes()
}

pub(super) fn plaintext(answer: &[u8]) -> Result<Zeroizing<Vec<u8>>, String> {
    const UNREADABLE: &str = "KMS answered what is no plaintext; check the endpoint in `[secrets]`";
    let answer: Answer = serde_json::from_slice(answer).map_err(|_| UNREADABLE)?;
    let text = Zeroizing::new(answer.plaintext);
    let bytes = Zeroizing::new(STANDARD.decode(text.as_bytes()).map_err(|_| UNREADABLE)?);
    if bytes.is_empty() {
        return Err("it decrypts to nothing; encrypt the secret anew".to_owned());
    }
    Ok(bytes)
}

/// Why it is not decrypted, and what to do.
pub(super) fn in_words(refused: &Refused, secret: &Encrypted, region: &str) -> String {
    if let Some(words) = about_asker(refused) {
        return words;
    }
    let Refused { code, message } = refused;
    match code.as_str() {
        "AccessDeniedException" => format!(
            "KMS in {region} does not let this server decrypt it ({message}); allow `kms:Decrypt` on its key, or write the `region` that it was encrypted in"
        ),
        "InvalidCiphertextException" => format!(
            "KMS in {region} cannot decrypt it: it was encrypted with another `context`, or is damaged, or is no ciphertext of KMS; write {} context with which it was encrypted",
            if secret.context.is_empty() { "`context = { .. }`, the" } else { "in `context` exactly the" }
        ),
        "IncorrectKeyException" => format!(
            "it was encrypted under another key than `{}`; name that one, or leave `key` out",
            secret.key.as_deref().unwrap_or_default()
        ),
        "NotFoundException" => {
            format!("its key is not in {region}; write the `region` that it was encrypted in, or check `key`")
        }
        "DisabledException" | "KMSInvalidStateException" => format!(
            "its key cannot be used now ({code}); enable it with `aws kms enable-key`, or cancel its deletion"
        ),
        _ => format!(
            "{} in {region} refuses: {code}, {message}; check how it was encrypted",
            Service::Kms.name()
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use std::path::PathBuf;

    fn secret(key: Option<&str>, context: &[(&str, &str)]) -> Encrypted {
        let context = context.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let key = key.map(str::to_owned);
        Encrypted { file: PathBuf::from("a.enc"), key, context: context.collect(), region: None }
    }

    #[test]
    fn a_file_has_the_ciphertext_raw_or_as_base64() {
        let raw = [1, 2, 2, 0, 120, 255, 10, 13, 32];
        assert_eq!(ciphertext(&raw).unwrap(), raw);
        let text = STANDARD.encode(raw);
        assert_eq!(ciphertext(text.as_bytes()).unwrap(), raw);
        let (first, rest) = text.split_at(4);
        assert_eq!(ciphertext(format!("{first}\r\n{rest}\n").as_bytes()).unwrap(), raw);
        for (file, words) in
            [("", "it is empty"), (" \n", "it is empty"), ("{\"CiphertextBlob\": \"AQ==\"}\n", "--query")]
        {
            assert!(ciphertext(file.as_bytes()).unwrap_err().contains(words), "{file}");
        }
    }

    #[test]
    fn what_is_not_written_is_not_asked() {
        let asked = |secret: &Encrypted| String::from_utf8(question(b"\x01", secret)).unwrap();
        assert_eq!(asked(&secret(None, &[])), r#"{"CiphertextBlob":"AQ=="}"#);
        assert_eq!(
            asked(&secret(Some("alias/a"), &[("id", "1")])),
            r#"{"CiphertextBlob":"AQ==","EncryptionContext":{"id":"1"},"KeyId":"alias/a"}"#
        );
        assert_eq!(secret(None, &[]).context, BTreeMap::new());
    }

    #[test]
    fn an_answer_is_a_plaintext_or_nothing_of_it_is_said() {
        assert_eq!(*plaintext(br#"{"KeyId":"k","Plaintext":"AQI="}"#).unwrap(), [1, 2]);
        for answer in ["", "{}", r#"{"Plaintext":"*secret*"}"#, r#"{"Plaintext":7}"#, r#"{"Plaintext":""}"#] {
            let words = plaintext(answer.as_bytes()).unwrap_err();
            assert!(!words.contains("*secret*") && words.contains("; "), "{words}");
        }
    }
}
