//! What values each type of record may have.
//!
//! <https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html>

use std::net::{Ipv4Addr, Ipv6Addr};

use super::domain_name;
use super::record_set::{Content, RecordSet};

/// What is wrong with a record's values for its type, if anything is.
pub(super) fn fault(record: &RecordSet) -> Option<String> {
    let Content::Values { values, .. } = &record.answer else { return alias_fault(record) };
    let kind = record.key.kind.as_str();
    if matches!(kind, "CNAME" | "SOA") && values.len() != 1 {
        return Some(format!("Invalid Resource Record: a {kind} record must have exactly one value"));
    }
    let duplicate = values.iter().enumerate().find(|(place, value)| values[..*place].contains(value));
    if let Some((_, value)) = duplicate {
        return Some(format!("Duplicate Resource Record: '{value}'"));
    }
    values.iter().find_map(|value| {
        problem(kind, value)
            .map(|problem| format!("Invalid Resource Record: 'FATAL problem: {problem} encountered with '{value}''"))
    })
}

/// Some types cannot be aliases.
fn alias_fault(record: &RecordSet) -> Option<String> {
    let kind = record.key.kind.as_str();
    matches!(kind, "NS" | "SOA")
        .then(|| format!("RRSet of type {kind} with DNS name {} is not permitted to be an alias", record.key.name))
}

fn problem(kind: &str, value: &str) -> Option<&'static str> {
    let fields: Vec<&str> = value.split_whitespace().collect();
    match kind {
        "A" => value
            .parse::<Ipv4Addr>()
            .is_err()
            .then_some("ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address)"),
        "AAAA" => value
            .parse::<Ipv6Addr>()
            .is_err()
            .then_some("AAAARRDATAIllegalIPv6Address (Value is not a valid IPv6 address)"),
        "CNAME" | "NS" | "PTR" => name_problem(value),
        "TXT" | "SPF" => text_problem(value),
        "MX" => match fields.as_slice() {
            [priority, host] if is_number::<u16>(priority) => name_problem(host),
            [_, _] => Some("MXRRDATAIllegalPriority (MX record doesn't have a valid priority)"),
            _ => Some("MXRRDATANotTwoFields (MX record doesn't have 2 fields)"),
        },
        "SRV" => match fields.as_slice() {
            [numbers @ .., host] if numbers.len() == 3 && numbers.iter().all(|it| is_number::<u16>(it)) => {
                name_problem(host)
            }
            [_, _, _, _] => Some("SRVRRDATAIllegalNumber (SRV record doesn't have a valid priority, weight or port)"),
            _ => Some("SRVRRDATANotFourFields (SRV record doesn't have 4 fields)"),
        },
        "CAA" => caa_problem(value),
        "SOA" => match fields.as_slice() {
            [server, address, numbers @ ..] if numbers.len() == 5 && numbers.iter().all(|it| is_number::<u32>(it)) => {
                name_problem(server).or_else(|| name_problem(address))
            }
            _ => Some("SOARRDATANotSevenFields (SOA record doesn't have 7 fields)"),
        },
        "DS" => match fields.as_slice() {
            [tag, algorithm, digest_type, digest] => {
                let numbers = is_number::<u16>(tag) && is_number::<u8>(algorithm) && is_number::<u8>(digest_type);
                let hexadecimal = digest.chars().all(|one| one.is_ascii_hexdigit());
                (!(numbers && hexadecimal)).then_some("DSRRDATAIllegal (DS record has a field that is not valid)")
            }
            _ => Some("DSRRDATANotFourFields (DS record doesn't have 4 fields)"),
        },
        "SVCB" | "HTTPS" => match fields.as_slice() {
            [priority, host, parameters @ ..] if is_number::<u16>(priority) => {
                let alias_mode = *priority == "0" && !parameters.is_empty();
                let illegal = "SVCBRRDATAIllegalAliasMode (A record with priority 0 can't have parameters)";
                if alias_mode { Some(illegal) } else { name_problem(host) }
            }
            _ => Some("SVCBRRDATATooFewFields (Record doesn't have a priority and a target)"),
        },
        _ => None,
    }
}

fn name_problem(name: &str) -> Option<&'static str> {
    let trimmed = name.trim_end_matches('.');
    if name == "." {
        return None;
    }
    if name.contains(char::is_whitespace) {
        return Some("UnsupportedCharacter (Value contains unsupported characters)");
    }
    if trimmed.split('.').any(str::is_empty) {
        return Some("DomainLabelEmpty (Domain label is empty)");
    }
    if trimmed.split('.').any(|label| label.len() > 63) {
        return Some("DomainLabelTooLong (Domain label is too long)");
    }
    domain_name::normal(name).is_err().then_some("DomainTooLong (Domain name is too long)")
}

/// One or more strings in quotation marks, each of at most 255 characters.
fn text_problem(value: &str) -> Option<&'static str> {
    let mut rest = value.trim();
    if rest.is_empty() {
        return Some("InvalidCharacterString (Value should be enclosed in quotation marks)");
    }
    while !rest.is_empty() {
        let Some(opened) = rest.strip_prefix('"') else {
            return Some("InvalidCharacterString (Value should be enclosed in quotation marks)");
        };
        let mut escaped = false;
        let end = opened.char_indices().find(|(_, one)| {
            let closes = *one == '"' && !escaped;
            escaped = *one == '\\' && !escaped;
            closes
        });
        let Some((end, _)) = end else {
            return Some("InvalidCharacterString (Value should be enclosed in quotation marks)");
        };
        if opened[..end].chars().count() > 255 {
            return Some("CharacterStringTooLong (Value is too long)");
        }
        rest = opened[end + 1..].trim_start();
    }
    None
}

fn caa_problem(value: &str) -> Option<&'static str> {
    let mut fields = value.splitn(3, char::is_whitespace);
    let (Some(flags), Some(tag), Some(quoted)) = (fields.next(), fields.next(), fields.next()) else {
        return Some("CAARRDATANotThreeFields (CAA record doesn't have 3 fields)");
    };
    if !is_number::<u8>(flags) || tag.is_empty() || !tag.chars().all(|one| one.is_ascii_alphanumeric()) {
        return Some("CAARRDATAIllegal (CAA record has a flag or a tag that is not valid)");
    }
    text_problem(quoted)
}

fn is_number<N: std::str::FromStr>(text: &str) -> bool {
    text.parse::<N>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_has_its_own_form() {
        for (kind, right) in [
            ("A", "10.0.0.1"),
            ("AAAA", "2001:db8::1"),
            ("MX", "10 mail.example.org."),
            ("SRV", "1 10 5269 xmpp.example.org."),
            ("CAA", "0 issue \"amazon.com\""),
            ("TXT", "\"a \\\" b\" \"c\""),
            ("DS", "123 4 5 0a1b"),
            ("HTTPS", "1 . alpn=\"h2\""),
            ("SVCB", "0 other.example.org."),
        ] {
            assert_eq!(problem(kind, right), None, "{kind} {right}");
        }
        for (kind, wrong) in [
            ("A", "10.0.0.256"),
            ("AAAA", "10.0.0.1"),
            ("MX", "mail.example.org."),
            ("MX", "x mail.example.org."),
            ("SRV", "1 10 xmpp.example.org."),
            ("CAA", "0 issue amazon.com"),
            ("TXT", "plain"),
            ("CNAME", "a..b"),
            ("HTTPS", "0 . alpn=h2"),
            ("SOA", "ns. admin. 1 2 3"),
        ] {
            assert!(problem(kind, wrong).is_some(), "{kind} {wrong}");
        }
        assert!(problem("TXT", &format!("\"{}\"", "x".repeat(256))).is_some());
    }
}
