//! The stream of numbers that blinds an RSA operation.
//!
//! Blinding needs a number that an observer cannot predict; it need not differ between two signatures of the
//! same message, since those are the same computation. So it is derived from the key and the message.

use hmac::{Hmac, KeyInit as _, Mac as _};
use rsa::rand_core::{TryCryptoRng, TryRng};
use sha2::Sha256;
use std::convert::Infallible;
use zeroize::{Zeroize as _, Zeroizing};

/// What an RSA key's blinding is derived from. Secret.
pub(super) struct BlindingSecret(Zeroizing<[u8; 32]>);

impl BlindingSecret {
    pub(super) fn of_key(private_key_der: &[u8]) -> Self {
        Self(Zeroizing::new(keyed_hash(b"playgate rsa blinding secret", &[private_key_der])))
    }

    /// The blinding of one message's signature.
    pub(super) fn for_message(&self, message: &[u8]) -> Blinding {
        Blinding {
            seed: Zeroizing::new(keyed_hash(self.0.as_slice(), &[message])),
            block: Zeroizing::new([0; 32]),
            used: 32,
            counter: 0,
        }
    }
}

/// HMAC-SHA256 in counter mode.
pub(super) struct Blinding {
    seed: Zeroizing<[u8; 32]>,
    block: Zeroizing<[u8; 32]>,
    used: usize,
    counter: u64,
}

impl TryRng for Blinding {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, destination: &mut [u8]) -> Result<(), Infallible> {
        for byte in destination {
            *byte = self.next_byte();
        }
        Ok(())
    }
}

impl TryCryptoRng for Blinding {}

impl Blinding {
    fn next_byte(&mut self) -> u8 {
        loop {
            if let Some(byte) = self.block.get(self.used) {
                self.used += 1;
                return *byte;
            }
            self.block.zeroize();
            *self.block = keyed_hash(self.seed.as_slice(), &[&self.counter.to_be_bytes()]);
            self.counter = self.counter.wrapping_add(1);
            self.used = 0;
        }
    }
}

fn keyed_hash(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    // HMAC takes keys of any length, so that the fallback is never taken.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_and_message_has_its_own_stream_and_the_same_one_again() {
        let stream = |key: &[u8], message: &[u8]| {
            let mut bytes = [0; 80];
            BlindingSecret::of_key(key).for_message(message).try_fill_bytes(&mut bytes).unwrap();
            bytes
        };
        assert_eq!(stream(b"key", b"message"), stream(b"key", b"message"));
        assert_ne!(stream(b"key", b"message"), stream(b"key", b"other"));
        assert_ne!(stream(b"key", b"message"), stream(b"other", b"message"));
        let bytes = stream(b"key", b"message");
        assert_ne!(bytes[..32], bytes[32..64], "the counter moves on");
    }
}
