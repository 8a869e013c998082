//! Domain names: which may be in a certificate, and which no authority vouches for.

use super::unfit;
use crate::model::error::AwsError;

/// <https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html>
const PATTERN: &str = "(\\*\\.)?(((?!-)[A-Za-z0-9-]{0,62}[A-Za-z0-9])\\.)+((?!-)[A-Za-z0-9-]{1,62}[A-Za-z0-9])";

/// Endings that no public domain has. <https://www.rfc-editor.org/rfc/rfc6761>
const NOT_PUBLIC: [&str; 9] =
    ["local", "localhost", "localdomain", "internal", "intranet", "lan", "test", "invalid", "corp"];

/// Amazon's own domains, for which nobody else gets certificates.
/// <https://docs.aws.amazon.com/acm/latest/userguide/troubleshooting-failed.html>
const AMAZONS: [&str; 4] = ["amazonaws.com", "cloudfront.net", "elasticbeanstalk.com", "amazon.com"];

/// A domain name in lower case, as certificates have it.
pub(super) fn read(name: &str, member: &str) -> Result<String, AwsError> {
    if name.len() > 253 {
        return Err(unfit(name, member, "have length less than or equal to 253"));
    }
    let labels: Vec<&str> = name.strip_prefix("*.").unwrap_or(name).split('.').collect();
    let good = |label: &&str| {
        let allowed = |one: char| one.is_ascii_alphanumeric() || one == '-';
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(allowed)
    };
    if labels.len() < 2 || !labels.iter().all(good) || labels.last().is_some_and(|last| last.len() < 2) {
        return Err(unfit(name, member, &format!("satisfy regular expression pattern: {PATTERN}")));
    }
    Ok(name.to_ascii_lowercase())
}

/// The name without the asterisk before it: both are validated by the same record.
pub(super) fn base(name: &str) -> &str {
    name.strip_prefix("*.").unwrap_or(name)
}

/// Why a request fails without a look at any record.
/// <https://docs.aws.amazon.com/acm/latest/userguide/troubleshooting-failed.html>
pub(super) fn fault(name: &str) -> Option<&'static str> {
    let ending = name.rsplit('.').next().unwrap_or_default();
    if NOT_PUBLIC.contains(&ending) || ending.chars().all(|one| one.is_ascii_digit()) {
        return Some("INVALID_PUBLIC_DOMAIN");
    }
    let is_amazons = |domain: &&str| *name == **domain || name.ends_with(&format!(".{domain}"));
    AMAZONS.iter().any(is_amazons).then_some("ADDITIONAL_VERIFICATION_REQUIRED")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_labels_of_letters_digits_and_hyphens_and_may_begin_with_an_asterisk() {
        for good in ["example.com", "*.example.com", "a-b.example.co", "1.example.com", "EXAMPLE.com"] {
            assert!(read(good, "domainName").is_ok(), "{good}");
        }
        for bad in ["com", "*.com.", "a..b", "-a.com", "a-.com", "a.*.com", "a_b.com", "example.c", ""] {
            assert!(read(bad, "domainName").is_err(), "{bad}");
        }
    }
}
