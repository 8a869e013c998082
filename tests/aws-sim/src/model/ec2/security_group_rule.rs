//! Rules of security groups: one protocol, one range of ports and one peer each, as DescribeSecurityGroupRules lists
//! them; calls give and get them bundled into permissions.

use std::collections::BTreeMap;
use std::net::IpAddr;

use ipnet::IpNet;
use serde_json::{Value, json};

use super::interface::Interface;
use super::permission;
use super::tagging;
use crate::model::error::AwsError;
use crate::model::input::Input;
use crate::model::tags::Tags;

/// One thing that is allowed.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct Rule {
    pub(super) egress: bool,
    /// `tcp`, `udp`, `icmp`, a number, or `-1` for all.
    pub(super) protocol: String,
    pub(super) ports: Option<(i64, i64)>,
    pub(super) peer: Peer,
    pub(super) description: Option<String>,
    pub(super) tags: Tags,
}

/// The other side of a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub(crate) enum Peer {
    Ipv4(String),
    Ipv6(String),
    Group(String),
    PrefixList(String),
}

impl Rule {
    /// All protocols and ports.
    pub(super) fn everything(egress: bool, peer: Peer) -> Self {
        Self { egress, protocol: "-1".to_owned(), ports: None, peer, description: None, tags: Tags::default() }
    }

    pub(super) fn refers_to(&self, group_id: &str) -> bool {
        matches!(&self.peer, Peer::Group(id) if id == group_id)
    }

    /// Whether the rule allows TCP on a port with that interface on the other side.
    pub(super) fn covers(&self, port: i64, other: &Interface) -> bool {
        let address = IpAddr::V4(other.private_ip);
        matches!(self.protocol.as_str(), "-1" | "tcp")
            && self.ports.is_none_or(|(first, last)| (first..=last).contains(&port))
            && match &self.peer {
                Peer::Ipv4(cidr) => cidr.parse::<IpNet>().is_ok_and(|cidr| cidr.contains(&address)),
                Peer::Group(id) => other.groups.contains(id),
                Peer::Ipv6(_) | Peer::PrefixList(_) => false,
            }
    }

    /// Whether both allow the same; description and tags do not matter.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.egress == other.egress
            && self.protocol == other.protocol
            && self.ports == other.ports
            && self.peer == other.peer
    }
}

/// The rules that a call's parameters spell out: `IpPermissions`, or the older flat members.
pub(super) fn read(input: &Input<'_>, egress: bool) -> Result<Vec<Rule>, AwsError> {
    let mut rules = Vec::new();
    for part in input.parts("IpPermissions") {
        rules.extend(permission::read(&part, egress)?);
    }
    if input.has("CidrIp") || input.has("SourceSecurityGroupName") {
        rules.extend(permission::read_flat(input, egress)?);
    }
    Ok(rules)
}

/// The rules of one direction, bundled as AWS bundles them: by protocol and ports.
pub(super) fn permissions(rules: &BTreeMap<String, Rule>, egress: bool, owner: &str) -> Value {
    let mut bundles: BTreeMap<_, Vec<&Rule>> = BTreeMap::new();
    for rule in rules.values().filter(|rule| rule.egress == egress) {
        bundles.entry((rule.protocol.as_str(), rule.ports)).or_default().push(rule);
    }
    bundles.into_values().map(|bundle| permission::render(&bundle, owner)).collect()
}

/// Values for the filters of DescribeSecurityGroups that ask about rules.
pub(super) fn field_of_group(rules: &BTreeMap<String, Rule>, filter: &str) -> Option<Vec<String>> {
    let (egress, name) = match (filter.strip_prefix("ip-permission."), filter.strip_prefix("egress.ip-permission.")) {
        (Some(name), _) => (false, name),
        (None, Some(name)) => (true, name),
        (None, None) => return None,
    };
    let pick: fn(&Rule) -> Option<String> = match name {
        "cidr" => |rule| match &rule.peer {
            Peer::Ipv4(cidr) => Some(cidr.clone()),
            Peer::Ipv6(_) | Peer::Group(_) | Peer::PrefixList(_) => None,
        },
        "group-id" => |rule| match &rule.peer {
            Peer::Group(id) => Some(id.clone()),
            Peer::Ipv4(_) | Peer::Ipv6(_) | Peer::PrefixList(_) => None,
        },
        "protocol" => |rule| Some(rule.protocol.clone()),
        "from-port" => |rule| rule.ports.map(|(from, _)| from.to_string()),
        "to-port" => |rule| rule.ports.map(|(_, to)| to.to_string()),
        _ => return None,
    };
    Some(rules.values().filter(|rule| rule.egress == egress).filter_map(pick).collect())
}

/// A rule as DescribeSecurityGroupRules and Authorize show it.
pub(super) fn render(group_id: &str, id: &str, rule: &Rule, owner: &str) -> Value {
    let (from, to) = rule.ports.unwrap_or((-1, -1));
    let mut tree = json!({
        "securityGroupRuleId": id,
        "groupId": group_id,
        "groupOwnerId": owner,
        "isEgress": rule.egress,
        "ipProtocol": rule.protocol,
        "fromPort": from,
        "toPort": to,
        "description": rule.description,
        "tagSet": tagging::tag_set(&rule.tags),
    });
    let (member, value) = match &rule.peer {
        Peer::Ipv4(cidr) => ("cidrIpv4", json!(cidr)),
        Peer::Ipv6(cidr) => ("cidrIpv6", json!(cidr)),
        Peer::Group(group) => ("referencedGroupInfo", json!({"groupId": group, "userId": owner})),
        Peer::PrefixList(list) => ("prefixListId", json!(list)),
    };
    tree[member] = value;
    tree
}
