//! Domain names as Route53 writes and sorts them.
//!
//! <https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html>

use super::AwsError;

/// A fully qualified name in small letters with its dot at the end; rare characters are octal codes.
pub(super) fn normal(text: &str) -> Result<String, AwsError> {
    let mut name = String::with_capacity(text.len() + 1);
    for byte in text.trim_end_matches('.').bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'\\' => {
                name.push(char::from(byte.to_ascii_lowercase()));
            }
            other => name.push_str(&format!("\\{other:03o}")),
        }
    }
    name.push('.');
    let labels = || name.trim_end_matches('.').split('.');
    if name.len() > 255 || labels().any(|label| label.is_empty() || length(label) > 63) {
        return Err(AwsError::new("InvalidDomainName", format!("{text} is not a valid domain name")));
    }
    Ok(name)
}

/// What names are sorted by: their labels from the end, with a dot behind each.
/// <https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListHostedZonesByName.html>
pub(super) fn sort_key(name: &str) -> String {
    let mut key: String = name.trim_end_matches('.').rsplit('.').collect::<Vec<_>>().join(".");
    key.push('.');
    key
}

/// The same name with a wildcard in place of its first label; none for a name without a label above.
pub(super) fn wildcard(name: &str) -> Option<String> {
    let (_, above) = name.split_once('.')?;
    (!above.is_empty()).then(|| format!("\\052.{above}"))
}

/// Whether a name is the zone's own or below it.
pub(super) fn is_within(name: &str, zone: &str) -> bool {
    name.strip_suffix(zone).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// A code counts as the one character that it stands for.
fn length(label: &str) -> usize {
    label.len() - 3 * label.matches('\\').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_small_dotted_and_escaped() {
        assert_eq!(normal("Web.Dev.bcn").unwrap(), "web.dev.bcn.");
        assert_eq!(normal("*.dev.bcn.").unwrap(), "\\052.dev.bcn.");
        assert_eq!(normal("\\052.dev.bcn.").unwrap(), "\\052.dev.bcn.");
        for wrong in ["", "a..b", &"a".repeat(64), &"abcdefgh.".repeat(32)] {
            assert!(normal(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn names_are_sorted_from_their_end() {
        let mut names = ["b.com.", "a.org.", "www.a.com.", "a.com."];
        names.sort_by_key(|name| sort_key(name));
        assert_eq!(names, ["a.com.", "www.a.com.", "b.com.", "a.org."]);
    }

    #[test]
    fn a_name_within_a_zone_ends_in_a_whole_label() {
        assert!(is_within("dev.bcn.", "dev.bcn.") && is_within("web.dev.bcn.", "dev.bcn."));
        assert!(!is_within("mydev.bcn.", "dev.bcn."));
    }
}
