//! PEM files: which kind of key one holds, and a clear word where it is the wrong kind.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

/// Why a key file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// No `-----BEGIN` line.
    #[error("no PEM key found: the text must hold a line like `-----BEGIN PRIVATE KEY-----`")]
    NotPem,
    /// DER instead of PEM.
    #[error("this is DER, not PEM: convert it with `openssl pkey -inform DER -in key.der -out key.pem`")]
    Der,
    /// The line breaks were lost on the way, mostly through an environment variable.
    #[error(
        "the PEM text holds a literal `\\n` where line breaks belong: replace each `\\n` by a line break"
    )]
    LiteralLineBreaks,
    /// The first line says nothing that we know.
    #[error(
        "the PEM text's first line is damaged, or of a kind that is no key: it must read like `-----BEGIN PRIVATE KEY-----`"
    )]
    FirstLine,
    /// `-----BEGIN X-----` without its end.
    #[error("the PEM text ends before `-----END {label}-----`: the file is truncated, copy it again")]
    Truncated {
        /// The label that was begun.
        label: String,
    },
    /// Not base64 between the markers.
    #[error("the PEM block `{label}` is not base64: the file is damaged, copy it again")]
    Base64 {
        /// The block's label.
        label: String,
    },
    /// A passphrase protects it.
    #[error("the private key is encrypted: decrypt it first, with `openssl pkey -in key.pem -out plain.pem`")]
    Encrypted,
    /// A public key or certificate, where a private key belongs.
    #[error(
        "this is a public key (`{label}`) where a private key belongs: pass the file whose block says `PRIVATE KEY`"
    )]
    PublicWherePrivate {
        /// The block's label.
        label: String,
    },
    /// A private key, where a public key belongs.
    #[error(
        "this is a private key (`{label}`) where a public key belongs: extract the public half with `openssl pkey -in key.pem -pubout`"
    )]
    PrivateWherePublic {
        /// The block's label.
        label: String,
    },
    /// A certificate, where a bare public key belongs.
    #[error(
        "this is a certificate where a public key belongs: extract the key with `openssl x509 -in cert.pem -pubkey -noout`"
    )]
    Certificate,
    /// OpenSSH's own format.
    #[error("this is an OpenSSH key: convert it with `ssh-keygen -p -m pem -f key`")]
    OpenSsh,
    /// A block that holds no key that we know.
    #[error(
        "the PEM block `{label}` holds no key that can sign: RSA-2048 and P-256 are supported, as PKCS#1, PKCS#8 or SEC1"
    )]
    Label {
        /// The block's label.
        label: String,
    },
    /// RSA of another size.
    #[error("the RSA key has {bits} bits: CloudFront takes 2048 only, make one with `openssl genrsa 2048`")]
    RsaSize {
        /// The modulus's size.
        bits: usize,
    },
    /// Another curve.
    #[error(
        "the elliptic-curve key is on {curve}: CloudFront takes P-256 only, make one with `openssl ecparam -name prime256v1 -genkey -noout`"
    )]
    Curve {
        /// The curve's name, or its object identifier.
        curve: String,
    },
    /// Neither RSA nor elliptic curve.
    #[error("the key is of type {algorithm}: CloudFront takes RSA-2048 and P-256 only")]
    Algorithm {
        /// The algorithm's name, or its object identifier.
        algorithm: String,
    },
    /// The structure or the numbers inside are wrong.
    #[error("the {what} is damaged: its structure or its numbers are not those of a valid key")]
    Damaged {
        /// What was being read.
        what: &'static str,
    },
}

/// What a PEM block says that it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Pkcs1Private,
    Sec1Private,
    Pkcs8Private,
    Pkcs1Public,
    SpkiPublic,
}

/// One PEM block, decoded.
pub(super) struct Block {
    pub(super) kind: Kind,
    pub(super) label: String,
    pub(super) der: Zeroizing<Vec<u8>>,
}

/// The first block that is a key. Blocks that only accompany one are passed over.
pub(super) fn read(bytes: &[u8]) -> Result<Block, KeyError> {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Err(not_pem(bytes));
    };
    let mut rest = text;
    let mut seen_begin = false;
    while let Some((_, after_begin)) = rest.split_once("-----BEGIN ") {
        seen_begin = true;
        let Some((label, after_label)) = after_begin.split_once("-----").filter(|(label, _)| is_label(label))
        else {
            let label = known_label(after_begin);
            return Err(if label.is_empty() { KeyError::FirstLine } else { KeyError::Truncated { label } });
        };
        let Some((body, after_end)) = after_label.split_once(&format!("-----END {label}-----")) else {
            return Err(KeyError::Truncated { label: label.to_owned() });
        };
        rest = after_end;
        match label {
            "EC PARAMETERS" | "DH PARAMETERS" | "X509 CRL" => {}
            _ => return block(label, body),
        }
    }
    if seen_begin { Err(KeyError::Label { label: "EC PARAMETERS".to_owned() }) } else { Err(not_pem(bytes)) }
}

fn block(label: &str, body: &str) -> Result<Block, KeyError> {
    let kind = match label {
        "RSA PRIVATE KEY" => Kind::Pkcs1Private,
        "EC PRIVATE KEY" => Kind::Sec1Private,
        "PRIVATE KEY" => Kind::Pkcs8Private,
        "RSA PUBLIC KEY" => Kind::Pkcs1Public,
        "PUBLIC KEY" => Kind::SpkiPublic,
        "ENCRYPTED PRIVATE KEY" => return Err(KeyError::Encrypted),
        "OPENSSH PRIVATE KEY" => return Err(KeyError::OpenSsh),
        "CERTIFICATE" | "TRUSTED CERTIFICATE" | "X509 CERTIFICATE" => return Err(KeyError::Certificate),
        other => return Err(KeyError::Label { label: other.to_owned() }),
    };
    if body.contains("Proc-Type:") || body.contains("DEK-Info:") {
        return Err(KeyError::Encrypted);
    }
    if body.contains("\\n") {
        return Err(KeyError::LiteralLineBreaks);
    }
    let compact: Zeroizing<Vec<u8>> =
        Zeroizing::new(body.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect());
    let mut der = Zeroizing::new(vec![0; base64::decoded_len_estimate(compact.len())]);
    let length = STANDARD
        .decode_slice(compact.as_slice(), der.as_mut_slice())
        .map_err(|_| KeyError::Base64 { label: label.to_owned() })?;
    der.truncate(length);
    Ok(Block { kind, label: label.to_owned(), der })
}

fn not_pem(bytes: &[u8]) -> KeyError {
    // 0x30 opens a DER sequence; a length of two bytes follows in every key.
    if matches!(bytes, [0x30, 0x81 | 0x82, ..]) { KeyError::Der } else { KeyError::NotPem }
}

/// Whether a text can be a label. Where dashes or line breaks were lost, what stands there is the key itself, and
/// must not get into a message.
fn is_label(text: &str) -> bool {
    text.len() <= 40
        && text
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || b" .".contains(&byte))
}

/// The label that a damaged first line begins with, if it is one that we know.
fn known_label(text: &str) -> String {
    const KNOWN: [&str; 8] = [
        "RSA PRIVATE KEY",
        "EC PRIVATE KEY",
        "PRIVATE KEY",
        "RSA PUBLIC KEY",
        "PUBLIC KEY",
        "ENCRYPTED PRIVATE KEY",
        "OPENSSH PRIVATE KEY",
        "EC PARAMETERS",
    ];
    KNOWN.iter().find(|label| text.starts_with(**label)).map(|label| (*label).to_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> KeyError {
        read(text.as_bytes()).err().unwrap()
    }

    #[test]
    fn each_wrong_file_has_its_own_message() {
        let label = |label: &str| label.to_owned();
        for (text, expected) in [
            ("", KeyError::NotPem),
            ("hello", KeyError::NotPem),
            ("-----BEGIN ", KeyError::FirstLine),
            ("-----BEGIN private key-----\nMIIB", KeyError::FirstLine),
            ("-----BEGIN PRIVATE KEY-----\nMIIB", KeyError::Truncated { label: label("PRIVATE KEY") }),
            (
                "-----BEGIN PRIVATE KEY-----\n!!\n-----END PRIVATE KEY-----",
                KeyError::Base64 { label: label("PRIVATE KEY") },
            ),
            (
                "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAA==\n-----END ENCRYPTED PRIVATE KEY-----",
                KeyError::Encrypted,
            ),
            (
                "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: x\n\nAA==\n-----END RSA PRIVATE KEY-----",
                KeyError::Encrypted,
            ),
            ("-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----", KeyError::Certificate),
            (
                "-----BEGIN OPENSSH PRIVATE KEY-----\nAA==\n-----END OPENSSH PRIVATE KEY-----",
                KeyError::OpenSsh,
            ),
            ("-----BEGIN PRIVATE KEY-----\\nAA==\\n-----END PRIVATE KEY-----", KeyError::LiteralLineBreaks),
            (
                "-----BEGIN DSA PRIVATE KEY-----\nAA==\n-----END DSA PRIVATE KEY-----",
                KeyError::Label { label: label("DSA PRIVATE KEY") },
            ),
            (
                "-----BEGIN EC PARAMETERS-----\nAA==\n-----END EC PARAMETERS-----",
                KeyError::Label { label: label("EC PARAMETERS") },
            ),
        ] {
            assert_eq!(error(text), expected, "{text}");
        }
        assert_eq!(read(&[0x30, 0x82, 0x04, 0xbe]).err(), Some(KeyError::Der));
    }

    #[test]
    fn windows_line_endings_and_text_around_the_block_do_no_harm() {
        let text = "Bag Attributes\r\n  x\r\n-----BEGIN EC PARAMETERS-----\r\nAA==\r\n-----END EC PARAMETERS-----\r\n\
                    -----BEGIN EC PRIVATE KEY-----\r\n  AQ\r\nID  \r\n-----END EC PRIVATE KEY-----";
        let block = read(text.as_bytes()).ok().unwrap();
        assert_eq!((block.kind, block.der.as_slice()), (Kind::Sec1Private, &[1, 2, 3][..]));
    }
}
