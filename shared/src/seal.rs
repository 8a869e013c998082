//! Sealing secret values between API and worker, so that they never lie in Redis in clear.
//!
//! XChaCha20-Poly1305 with a random nonce; the text is `v1.<key id>.<base64 of nonce and ciphertext>`, where the key id
//! is the beginning of the key's hash. Keys come from `BARCELONA_ENCRYPTION_KEYS`: base64 of 32 bytes, comma-separated,
//! newest first; older ones still open what they sealed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use rand::RngCore as _;
use sha2::{Digest, Sha256};

const NONCE: usize = 24;

/// Why keys, or a sealed text, cannot be used. Never holds a key or a value.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// A key in the list is not base64 of 32 bytes.
    #[error("key {0} of BARCELONA_ENCRYPTION_KEYS is not base64 of 32 bytes")]
    InvalidKey(usize),
    /// The list has no key.
    #[error("there is no encryption key")]
    NoKey,
    /// The cipher refused.
    #[error("the value cannot be sealed")]
    Seal,
    /// The text was not made by `seal`.
    #[error("this is not a sealed value")]
    NotSealed,
    /// It was sealed with a key that is not in the list, or was changed since.
    #[error("the value was sealed with a key that is not configured here")]
    Open,
}

#[derive(Clone)]
struct Key {
    id: String,
    cipher: XChaCha20Poly1305,
}

/// The keys of an installation; prints as a count.
#[derive(Clone, Default)]
pub struct Keys(Vec<Key>);

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keys({})", self.0.len())
    }
}

impl std::str::FromStr for Keys {
    type Err = SealError;

    fn from_str(list: &str) -> Result<Self, SealError> {
        let texts = list.split(',').map(str::trim).filter(|text| !text.is_empty());
        let keys = texts.enumerate().map(|(nth, text)| read_key(text).ok_or(SealError::InvalidKey(nth + 1)));
        keys.collect::<Result<_, _>>().map(Keys)
    }
}

fn read_key(text: &str) -> Option<Key> {
    let bytes = BASE64.decode(text).ok()?;
    let cipher = XChaCha20Poly1305::new_from_slice(&bytes).ok()?;
    Some(Key { id: hex::encode(&Sha256::digest(&bytes)[..4]), cipher })
}

impl Keys {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Seals `value` with the newest key; only `open` with the same `place` (for example the parameter's name) opens it.
    pub fn seal(&self, place: &str, value: &str) -> Result<String, SealError> {
        let key = self.0.first().ok_or(SealError::NoKey)?;
        let mut sealed = vec![0_u8; NONCE];
        rand::rng().fill_bytes(&mut sealed);
        let nonce = XNonce::try_from(&sealed[..]).map_err(|_| SealError::Seal)?;
        let payload = Payload { msg: value.as_bytes(), aad: place.as_bytes() };
        sealed.extend(key.cipher.encrypt(&nonce, payload).map_err(|_| SealError::Seal)?);
        Ok(format!("v1.{}.{}", key.id, BASE64.encode(sealed)))
    }

    /// Opens what `seal` made for the same `place`.
    pub fn open(&self, place: &str, sealed: &str) -> Result<String, SealError> {
        let (id, text) =
            sealed.strip_prefix("v1.").and_then(|rest| rest.split_once('.')).ok_or(SealError::NotSealed)?;
        let bytes = BASE64.decode(text).map_err(|_| SealError::NotSealed)?;
        let (nonce, ciphertext) = bytes.split_at_checked(NONCE).ok_or(SealError::NotSealed)?;
        let nonce = XNonce::try_from(nonce).map_err(|_| SealError::NotSealed)?;
        let key = self.0.iter().find(|key| key.id == id).ok_or(SealError::Open)?;
        let payload = Payload { msg: ciphertext, aad: place.as_bytes() };
        let value = key.cipher.decrypt(&nonce, payload).map_err(|_| SealError::Open)?;
        String::from_utf8(value).map_err(|_| SealError::NotSealed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(bytes: &[u8]) -> Keys {
        let list: Vec<_> = bytes.iter().map(|byte| BASE64.encode([*byte; 32])).collect();
        list.join(",").parse().unwrap()
    }

    #[test]
    fn a_sealed_value_opens_at_its_place_with_its_key_even_when_a_newer_key_came() {
        let sealed = keys(&[1]).seal("/a", "hunter2").unwrap();
        assert!(!sealed.contains("hunter2"));
        assert_eq!(keys(&[2, 1]).open("/a", &sealed).unwrap(), "hunter2");
        assert!(matches!(keys(&[1]).open("/b", &sealed), Err(SealError::Open)));
        assert!(matches!(keys(&[2]).open("/a", &sealed), Err(SealError::Open)));
    }

    #[test]
    fn a_key_that_is_not_32_bytes_is_refused_by_its_place_in_the_list() {
        let list = format!("{},abc", BASE64.encode([1; 32]));
        assert!(matches!(list.parse::<Keys>(), Err(SealError::InvalidKey(2))));
        assert!(matches!(Keys::default().seal("/a", "x"), Err(SealError::NoKey)));
    }
}
