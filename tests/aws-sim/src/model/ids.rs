//! Identifiers that look like AWS's and come in the same order in every run.

use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD as BASE64;
use sha2::{Digest, Sha256};

/// Makes identifiers; none twice.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct Ids {
    given: u64,
}

impl Ids {
    /// `length` hexadecimal digits.
    pub(crate) fn hex(&mut self, length: usize) -> String {
        self.given += 1;
        let mut digits = hex::encode(Sha256::digest(self.given.to_be_bytes()));
        digits.truncate(length);
        digits
    }

    /// An EC2 identifier: the prefix and 17 digits, of which the first is 0.
    pub(crate) fn ec2(&mut self, prefix: &str) -> String {
        format!("{prefix}-0{}", self.hex(16))
    }

    /// Capital letters and digits, as IAM, Route53 and access keys have them.
    pub(crate) fn capitals(&mut self, prefix: &str, length: usize) -> String {
        let alphabet: Vec<char> = ('A'..='Z').chain('2'..='7').collect();
        self.given += 1;
        let digest = Sha256::digest(self.given.to_be_bytes());
        let letters = digest.iter().map(|byte| alphabet[usize::from(*byte) % alphabet.len()]).take(length);
        prefix.chars().chain(letters).collect()
    }

    /// The secret of an access key: forty characters, as AWS gives them.
    pub(crate) fn secret(&mut self) -> String {
        self.given += 1;
        let mut text = BASE64.encode(Sha256::digest(self.given.to_be_bytes()));
        text.truncate(40);
        text
    }

    /// The token of temporary credentials.
    pub(crate) fn token(&mut self) -> String {
        let parts: Vec<String> = (0..6).map(|_| self.secret()).collect();
        format!("IQoJb3JpZ2luX2Vj{}", parts.concat())
    }

    /// A UUID, as ECS deployments, activities and request ids have them.
    pub(crate) fn uuid(&mut self) -> String {
        let digits = self.hex(32);
        format!("{}-{}-4{}-8{}-{}", &digits[..8], &digits[8..12], &digits[13..16], &digits[17..20], &digits[20..32])
    }
}
