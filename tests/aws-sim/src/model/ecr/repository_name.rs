//! Names of repositories: small letters and digits, in parts between slashes.
//!
//! <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html>

use super::unfit;
use crate::model::error::AwsError;

const PATTERN: &str = "(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*";

/// The name, if a repository may have it.
pub(super) fn checked(name: &str) -> Result<&str, AwsError> {
    if !(2..=256).contains(&name.len()) {
        let constraint = "must have length between 2 and 256";
        return Err(unfit("repositoryName", constraint));
    }
    if !name.split('/').all(is_part) {
        return Err(unfit("repositoryName", &format!("must satisfy regular expression '{PATTERN}'")));
    }
    Ok(name)
}

/// Letters and digits, with `.`, `_`, `__` or any number of `-` between them.
fn is_part(part: &str) -> bool {
    let plain = |one: char| one.is_ascii_lowercase() || one.is_ascii_digit();
    let separators = part.split(plain).filter(|separator| !separator.is_empty());
    part.starts_with(plain)
        && part.ends_with(plain)
        && separators.into_iter().all(|it| matches!(it, "." | "_" | "__") || it.chars().all(|one| one == '-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_small_letters_with_single_separators() {
        for right in ["app", "team/app", "a1.b_c__d--e/f", "ab"] {
            assert!(checked(right).is_ok(), "{right}");
        }
        for wrong in ["a", "App", "app/", "/app", "a..b", "a___b", "-app", "app-", "a b", &"a".repeat(257)] {
            assert!(checked(wrong).is_err(), "{wrong}");
        }
    }
}
