//! Texts in the module's memory, with their lengths beside them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use edge::identity::{KeyNumbers, LoginKey};
use edge::{Event, FIELDS, Request};
use std::fmt::Write as _;

/// The most bytes of one request.
const MOST: usize = 256 * 1024;

/// A request, as JavaScript wrote it.
pub(crate) struct Input {
    text: Vec<u8>,
    lengths: [u32; FIELDS],
}

impl Default for Input {
    fn default() -> Self {
        Self { text: vec![0; 8 * 1024], lengths: [0; FIELDS] }
    }
}

impl Input {
    pub(crate) fn room(&mut self, bytes: usize) -> *const u8 {
        if bytes > MOST {
            return std::ptr::null();
        }
        if self.text.len() < bytes {
            self.text.resize(bytes, 0);
        }
        self.text.as_ptr()
    }

    pub(crate) fn lengths(&self) -> *const u32 {
        self.lengths.as_ptr()
    }

    /// The request. If it is no UTF-8, or the lengths do not fit the text, nothing of it is there.
    pub(crate) fn request(&self, event: Event) -> Request<'_> {
        let whole = self.lengths.iter().fold(0_usize, |sum, length| sum.saturating_add(*length as usize));
        let text = self.text.get(..whole).and_then(|text| std::str::from_utf8(text).ok());
        let mut rest = text.unwrap_or_default();
        let mut fields = [""; FIELDS];
        for (field, length) in fields.iter_mut().zip(self.lengths) {
            let Some((text, after)) = rest.split_at_checked(length as usize) else { break };
            (*field, rest) = (text, after);
        }
        Request::of(event, fields)
    }
}

/// An answer, for JavaScript to read.
#[derive(Default)]
pub(crate) struct Output {
    text: String,
    parts: Vec<u32>,
}

impl Output {
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.parts.clear();
    }

    pub(crate) fn push(&mut self, part: &str) {
        self.text.push_str(part);
        self.parts.push(u32::try_from(part.len()).unwrap_or_default());
    }

    pub(crate) fn number(&mut self, number: u64) {
        let before = self.text.len();
        // Writing to a String cannot fail.
        let _ = write!(self.text, "{number}");
        self.parts.push(u32::try_from(self.text.len() - before).unwrap_or_default());
    }

    pub(crate) fn text(&self) -> *const u8 {
        self.text.as_ptr()
    }

    pub(crate) fn length(&self) -> usize {
        self.text.len()
    }

    pub(crate) fn parts(&self) -> *const u32 {
        self.parts.as_ptr()
    }

    pub(crate) fn count(&self) -> usize {
        self.parts.len()
    }
}

/// Keys for the runtime to import, as JSON.
pub(crate) fn keys<'k>(keys: impl Iterator<Item = (u32, &'k LoginKey)>) -> String {
    let written = keys.map(|(number, key)| {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let jwk = match key.numbers() {
            KeyNumbers::Rsa { n, e } => {
                format!(r#"{{"kty":"RSA","n":"{}","e":"{}"}}"#, text(n), text(e))
            }
            KeyNumbers::P256 { x, y } => {
                format!(r#"{{"kty":"EC","crv":"P-256","x":"{}","y":"{}"}}"#, text(x), text(y))
            }
        };
        format!(r#"{{"number":{number},"jwk":{jwk}}}"#)
    });
    format!("[{}]", written.collect::<Vec<_>>().join(","))
}
