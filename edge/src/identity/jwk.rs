//! One public key of an issuer.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::fmt;

const SMALLEST_MODULUS: usize = 2048;
const LARGEST_MODULUS: usize = 8192;
/// What every arithmetic takes; larger exponents only make checks slow.
const LONGEST_EXPONENT: usize = 4;

/// The algorithms of login tokens. A key has one; what a token names must be the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// ECDSA on P-256 with SHA-256.
    Es256,
}

impl Algorithm {
    /// As tokens and keys name it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        [Self::Rs256, Self::Es256].into_iter().find(|algorithm| algorithm.name() == name)
    }
}

/// A public key's numbers, big-endian.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyNumbers {
    /// An RSA key, neither number with leading zeros; the modulus has 2048 to 8192 bits.
    Rsa {
        /// The modulus.
        n: Box<[u8]>,
        /// The exponent: odd, 3 or more, at most four bytes.
        e: Box<[u8]>,
    },
    /// A point that should lie on P-256; the arithmetic finds out whether it does.
    P256 {
        /// The first coordinate.
        x: [u8; 32],
        /// The second coordinate.
        y: [u8; 32],
    },
}

/// A public key that logins are checked with.
#[derive(Clone, PartialEq, Eq)]
pub struct LoginKey {
    kid: Option<Box<str>>,
    numbers: KeyNumbers,
}

impl LoginKey {
    /// The name by which tokens call for it.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// The one algorithm that it is for.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        match self.numbers {
            KeyNumbers::Rsa { .. } => Algorithm::Rs256,
            KeyNumbers::P256 { .. } => Algorithm::Es256,
        }
    }

    /// What it is made of.
    #[must_use]
    pub fn numbers(&self) -> &KeyNumbers {
        &self.numbers
    }

    /// How many bytes its signatures have.
    pub(super) fn signature_length(&self) -> usize {
        match &self.numbers {
            KeyNumbers::Rsa { n, .. } => n.len(),
            KeyNumbers::P256 { .. } => 64,
        }
    }

    pub(super) fn rsa(kid: Option<String>, n: &str, e: &str) -> Result<Self, &'static str> {
        let n = number(n).ok_or("`n` is not base64url without padding")?;
        let e = number(e).ok_or("`e` is not base64url without padding")?;
        let leading = n.first().map_or(0, |byte| byte.leading_zeros() as usize);
        let bits = n.len() * 8 - leading;
        if bits < SMALLEST_MODULUS {
            return Err("its modulus has fewer than 2048 bits");
        }
        if bits > LARGEST_MODULUS {
            return Err("its modulus has more than 8192 bits");
        }
        if !is_odd(&n) {
            return Err("its modulus is even");
        }
        if !is_odd(&e) || *e == [1] {
            return Err("its exponent is not an odd number of 3 or more");
        }
        if e.len() > LONGEST_EXPONENT {
            return Err("its exponent has more than 32 bits");
        }
        Ok(Self { kid: kid.map(Into::into), numbers: KeyNumbers::Rsa { n, e } })
    }

    pub(super) fn p256(kid: Option<String>, x: &str, y: &str) -> Result<Self, &'static str> {
        let x = coordinate(x).ok_or("`x` is not 32 bytes in base64url without padding")?;
        let y = coordinate(y).ok_or("`y` is not 32 bytes in base64url without padding")?;
        Ok(Self { kid: kid.map(Into::into), numbers: KeyNumbers::P256 { x, y } })
    }
}

impl fmt::Debug for LoginKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "LoginKey({}, {:?})", self.algorithm().name(), self.kid)
    }
}

/// Some issuers write leading zeros although they should not.
fn number(text: &str) -> Option<Box<[u8]>> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    Some(bytes.into_iter().skip_while(|byte| *byte == 0).collect())
}

fn is_odd(number: &[u8]) -> bool {
    number.last().is_some_and(|byte| byte & 1 == 1)
}

fn coordinate(text: &str) -> Option<[u8; 32]> {
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}
