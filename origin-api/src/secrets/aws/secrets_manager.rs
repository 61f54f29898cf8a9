//! `GetSecretValue` of Secrets Manager.

use super::call::Refused;
use super::{Service, about_asker};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};
use zeroize::{Zeroize as _, Zeroizing};

pub(super) const TARGET: &str = "secretsmanager.GetSecretValue";

#[derive(Deserialize)]
struct Answer {
    #[serde(rename = "SecretString")]
    text: Option<String>,
    #[serde(rename = "SecretBinary")]
    binary: Option<String>,
}

pub(super) fn question(name: &str) -> Vec<u8> {
    json!({ "SecretId": name }).to_string().into_bytes()
}

/// The secret of an answer, or one field of it.
pub(super) fn secret(answer: &[u8], field: Option<&str>) -> Result<Zeroizing<Vec<u8>>, String> {
    const UNREADABLE: &str = "Secrets Manager answered what is no secret; check the endpoint in `[secrets]`";
    let answer: Answer = serde_json::from_slice(answer).map_err(|_| UNREADABLE)?;
    let bytes = match (answer.text, answer.binary) {
        (Some(text), _) => Zeroizing::new(text.into_bytes()),
        (None, Some(binary)) => {
            let binary = Zeroizing::new(binary);
            Zeroizing::new(STANDARD.decode(binary.as_bytes()).map_err(|_| UNREADABLE)?)
        }
        (None, None) => return Err(UNREADABLE.to_owned()),
    };
    let bytes = match field {
        Some(field) => of_field(&bytes, field)?,
        None => bytes,
    };
    if bytes.is_empty() {
        return Err("it is empty; put a value into it".to_owned());
    }
    if bytes.len() as u64 > crate::secrets::LONGEST {
        return Err("it is larger than 65536 bytes, which no secret is; check its name".to_owned());
    }
    Ok(bytes)
}

/// One field of a JSON object.
fn of_field(secret: &[u8], field: &str) -> Result<Zeroizing<Vec<u8>>, String> {
    let mut whole: Value = serde_json::from_slice(secret)
        .map_err(|_| format!("it is no JSON, so that it has no field `{field}`; leave `field` out"))?;
    let found = match whole.get_mut(field) {
        Some(Value::String(text)) => Ok(Zeroizing::new(std::mem::take(text).into_bytes())),
        Some(_) => Err(format!("its field `{field}` is no text; write the secret as a JSON string")),
        None => Err(format!("it has no field `{field}`; check the name, capitals count")),
    };
    forget(&mut whole);
    found
}

/// Wipes every text.
fn forget(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(items) => items.iter_mut().for_each(forget),
        Value::Object(fields) => fields.values_mut().for_each(forget),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Why it is not given, and what to do.
pub(super) fn in_words(refused: &Refused, region: &str) -> String {
    if let Some(words) = about_asker(refused) {
        return words;
    }
    let Refused { code, message } = refused;
    match code.as_str() {
        "ResourceNotFoundException" => format!(
            "there is no such secret in {region}, or no value in it; check its name, or write the `region` that it is in"
        ),
        "AccessDeniedException" => format!(
            "Secrets Manager in {region} does not give it to this server ({message}); allow `secretsmanager:GetSecretValue` on it, and `kms:Decrypt` if it has a key of its own"
        ),
        "DecryptionFailure" | "DecryptionFailureException" => {
            "Secrets Manager cannot decrypt it; allow `kms:Decrypt` on its key, and see that the key is enabled".to_owned()
        }
        "InvalidRequestException" => format!(
            "Secrets Manager in {region} refuses: {message}; if it is about to be deleted, `aws secretsmanager restore-secret` keeps it"
        ),
        _ => {
            format!(
                "{} in {region} refuses: {code}, {message}; check its name",
                Service::SecretsManager.name()
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_a_text_bytes_or_a_field() {
        for (answer, field, expected) in [
            (r#"{"SecretString":"abc"}"#, None, &b"abc"[..]),
            (r#"{"SecretBinary":"AP8="}"#, None, b"\x00\xff"),
            (r#"{"SecretString":"{\"key\":\"k\\n\",\"n\":1}"}"#, Some("key"), b"k\n"),
            (r#"{"SecretString":"{\"key\":\"k\"}"}"#, None, br#"{"key":"k"}"#),
        ] {
            assert_eq!(*secret(answer.as_bytes(), field).unwrap(), expected, "{answer}");
        }
    }

    #[test]
    fn whatever_else_is_refused_without_a_word_of_it() {
        let long = format!(r#"{{"SecretString":"{}"}}"#, "sesame".repeat(11_000));
        for (answer, field, words) in [
            ("sesame", None, "no secret"),
            ("{}", None, "no secret"),
            (r#"{"SecretString":7}"#, None, "no secret"),
            (r#"{"SecretBinary":"sesame!"}"#, None, "no secret"),
            (r#"{"SecretString":""}"#, None, "it is empty"),
            (r#"{"SecretString":"{\"key\":\"\"}"}"#, Some("key"), "it is empty"),
            (r#"{"SecretString":"sesame"}"#, Some("key"), "no JSON"),
            (r#"{"SecretString":"[\"sesame\"]"}"#, Some("key"), "no field `key`"),
            (r#"{"SecretString":"{\"Key\":\"sesame\"}"}"#, Some("key"), "no field `key`"),
            (r#"{"SecretString":"{\"key\":[\"sesame\"]}"}"#, Some("key"), "no text"),
            (&long, None, "larger than 65536"),
        ] {
            let said = secret(answer.as_bytes(), field).unwrap_err();
            assert!(said.contains(words) && said.contains("; ") && !said.contains("sesame"), "{said}");
        }
    }
}
