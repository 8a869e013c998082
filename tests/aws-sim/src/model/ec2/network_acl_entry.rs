//! The numbered rules of network ACLs.
//!
//! <https://docs.aws.amazon.com/vpc/latest/userguide/nacl-rules.html>

use serde_json::{Value, json};

use super::network_acl::NetworkAcl;
use super::vpc;
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// The number of the entry that refuses what no other entry decides; it cannot be changed.
const LAST: i64 = 32_767;
/// The number of the entry by which default ACLs let everything through.
const ALLOWING: i64 = 100;
/// The most entries of one direction. <https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html>
const ENTRIES: usize = 20;

/// One rule.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Entry {
    pub(super) egress: bool,
    pub(super) number: i64,
    /// A protocol's number, `-1` for all.
    pub(super) protocol: String,
    pub(super) allows: bool,
    pub(super) block: String,
    pub(super) is_ipv6: bool,
    pub(super) ports: Option<(i64, i64)>,
    /// Type and code.
    pub(super) icmp: Option<(i64, i64)>,
}

impl Entry {
    /// The entries of a new ACL: nothing passes, or everything does in a default one.
    pub(super) fn of_new(open: bool) -> Vec<Self> {
        let mut entries = Vec::new();
        for egress in [false, true] {
            if open {
                entries.push(Self::for_everything(egress, ALLOWING, true));
            }
            entries.push(Self::for_everything(egress, LAST, false));
        }
        entries
    }

    fn for_everything(egress: bool, number: i64, allows: bool) -> Self {
        let (protocol, block) = ("-1".to_owned(), "0.0.0.0/0".to_owned());
        Self { egress, number, protocol, allows, block, is_ipv6: false, ports: None, icmp: None }
    }

    fn action(&self) -> &'static str {
        if self.allows { "allow" } else { "deny" }
    }

    pub(super) fn render(&self) -> Value {
        json!({
            "ruleNumber": self.number,
            "protocol": self.protocol,
            "ruleAction": self.action(),
            "egress": self.egress,
            if self.is_ipv6 { "ipv6CidrBlock" } else { "cidrBlock" }: self.block,
            "portRange": self.ports.map(|(from, to)| json!({"from": from, "to": to})),
            "icmpTypeCode": self.icmp.map(|(kind, code)| json!({"type": kind, "code": code})),
        })
    }

    /// The value under a filter of ACLs that asks about entries; none if it has no such value.
    pub(super) fn field(&self, filter: &str) -> Option<String> {
        match filter {
            "cidr" => (!self.is_ipv6).then(|| self.block.clone()),
            "ipv6-cidr" => self.is_ipv6.then(|| self.block.clone()),
            "egress" => Some(self.egress.to_string()),
            "protocol" => Some(self.protocol.clone()),
            "rule-action" => Some(self.action().to_owned()),
            "rule-number" => Some(self.number.to_string()),
            "port-range.from" => self.ports.map(|(from, _)| from.to_string()),
            "port-range.to" => self.ports.map(|(_, to)| to.to_string()),
            "icmp.type" => self.icmp.map(|(kind, _)| kind.to_string()),
            "icmp.code" => self.icmp.map(|(_, code)| code.to_string()),
            _ => None,
        }
    }
}

pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let entry = read(input)?;
    let acl = context.region().ec2.network_acls.find_mut(input.required("NetworkAclId")?)?;
    if position(acl, &entry).is_ok() {
        let message = format!("The network acl entry identified by {} already exists.", entry.number);
        return Err(AwsError::new("NetworkAclEntryAlreadyExists", message));
    }
    if acl.entries.iter().filter(|other| other.egress == entry.egress && other.number != LAST).count() >= ENTRIES {
        let message = format!("The maximum number of network acl entries per direction is {ENTRIES}.");
        return Err(AwsError::new("NetworkAclEntryLimitExceeded", message));
    }
    acl.entries.push(entry);
    acl.entries.sort_by_key(|entry| (entry.egress, entry.number));
    Ok(json!({"return": true}))
}

pub(super) fn replace(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let entry = read(input)?;
    let acl = context.region().ec2.network_acls.find_mut(input.required("NetworkAclId")?)?;
    let place = position(acl, &entry)?;
    acl.entries[place] = entry;
    Ok(json!({"return": true}))
}

pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (number, egress) = (number(input)?, egress(input)?);
    let acl = context.region().ec2.network_acls.find_mut(input.required("NetworkAclId")?)?;
    let place = position(acl, &Entry::for_everything(egress, number, false))?;
    acl.entries.remove(place);
    Ok(json!({"return": true}))
}

/// The place of the entry with the same number and direction.
fn position(acl: &NetworkAcl, wanted: &Entry) -> Result<usize, AwsError> {
    let is_it = |entry: &Entry| entry.egress == wanted.egress && entry.number == wanted.number;
    acl.entries.iter().position(is_it).ok_or_else(|| {
        let message = format!("The network acl entry identified by {} does not exist.", wanted.number);
        AwsError::new("InvalidNetworkAclEntry.NotFound", message)
    })
}

fn number(input: &Input<'_>) -> Result<i64, AwsError> {
    let number = input.required_int("RuleNumber")?;
    if (1..LAST).contains(&number) {
        return Ok(number);
    }
    let message = format!("Value ({number}) for parameter ruleNumber is invalid. Must be between 1 and 32766.");
    Err(AwsError::new("InvalidParameterValue", message))
}

fn egress(input: &Input<'_>) -> Result<bool, AwsError> {
    input.flag("Egress")?.ok_or_else(|| input.missing("egress"))
}

fn read(input: &Input<'_>) -> Result<Entry, AwsError> {
    let (number, egress) = (number(input)?, egress(input)?);
    let allows = match input.required("RuleAction")? {
        "allow" => true,
        "deny" => false,
        other => return Err(invalid("ruleAction", other, "Must be allow or deny.")),
    };
    let protocol = protocol(input.required("Protocol")?)?;
    let (block, is_ipv6) = match (input.text("CidrBlock"), input.text("Ipv6CidrBlock")) {
        (Some(block), None) => (vpc::parse_cidr(block)?.to_string(), false),
        (None, Some(block)) => (vpc::parse_ipv6(block)?.to_string(), true),
        (Some(_), Some(_)) | (None, None) => {
            let message = "Either 'cidrBlock' or 'ipv6CidrBlock' should be provided.";
            return Err(AwsError::new("MissingParameter", message));
        }
    };
    let range = input.part("PortRange");
    let ports = range.int("From")?.zip(range.int("To")?).filter(|_| matches!(protocol.as_str(), "6" | "17"));
    match ports {
        Some((from, to)) if !(0..=65_535).contains(&from) || !(from..=65_535).contains(&to) => {
            return Err(invalid("portRange", &format!("{from}-{to}"), "Ports are between 0 and 65535."));
        }
        None if matches!(protocol.as_str(), "6" | "17") => {
            return Err(invalid("portRange", "null", "Must specify both from and to ports with TCP/UDP."));
        }
        Some(_) | None => {}
    }
    let icmp = input.part("Icmp");
    let icmp = icmp.int("Type")?.zip(icmp.int("Code")?).filter(|_| matches!(protocol.as_str(), "1" | "58"));
    if icmp.is_none() && matches!(protocol.as_str(), "1" | "58") {
        return Err(invalid("icmpTypeCode", "null", "Must specify both type and code with ICMP."));
    }
    Ok(Entry { egress, number, protocol, allows, block, is_ipv6, ports, icmp })
}

/// The number of a protocol that is given by number or by one of the names that EC2 takes.
fn protocol(text: &str) -> Result<String, AwsError> {
    let number = match text.to_ascii_lowercase().as_str() {
        "-1" | "all" => -1,
        "tcp" => 6,
        "udp" => 17,
        "icmp" => 1,
        "icmpv6" => 58,
        other => other.parse().ok().filter(|number| (0..=255).contains(number)).ok_or_else(|| {
            AwsError::new("InvalidParameterValue", format!("Invalid value '{text}' for IP protocol. Unknown protocol."))
        })?,
    };
    Ok(number.to_string())
}

fn invalid(parameter: &str, value: &str, why: &str) -> AwsError {
    AwsError::new("InvalidParameterValue", format!("Value ({value}) for parameter {parameter} is invalid. {why}"))
}
