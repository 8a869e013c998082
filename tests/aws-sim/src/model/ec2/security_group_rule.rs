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
    /// Only in calls: what is kept is the id.
    GroupName(String),
    PrefixList(String),
}

impl Peer {
    fn ipv4(&self) -> Option<&str> {
        match self {
            Self::Ipv4(cidr) => Some(cidr),
            Self::Ipv6(_) | Self::Group(_) | Self::GroupName(_) | Self::PrefixList(_) => None,
        }
    }

    fn ipv6(&self) -> Option<&str> {
        match self {
            Self::Ipv6(cidr) => Some(cidr),
            Self::Ipv4(_) | Self::Group(_) | Self::GroupName(_) | Self::PrefixList(_) => None,
        }
    }

    fn group(&self) -> Option<&str> {
        match self {
            Self::Group(id) => Some(id),
            Self::Ipv4(_) | Self::Ipv6(_) | Self::GroupName(_) | Self::PrefixList(_) => None,
        }
    }

    fn prefix_list(&self) -> Option<&str> {
        match self {
            Self::PrefixList(id) => Some(id),
            Self::Ipv4(_) | Self::Ipv6(_) | Self::Group(_) | Self::GroupName(_) => None,
        }
    }
}

impl Rule {
    /// As refusals name it.
    pub(super) fn describe(&self) -> String {
        let peer = &self.peer;
        let peer = peer.ipv4().or(peer.ipv6()).or(peer.group()).or(peer.prefix_list()).unwrap_or_default();
        let ports =
            self.ports.map_or_else(|| "ALL".to_owned(), |(from, to)| format!("from port: {from}, to port: {to}"));
        let protocol = if self.protocol == "-1" { "ALL".to_owned() } else { self.protocol.to_ascii_uppercase() };
        format!("peer: {peer}, {protocol}, {ports}, ALLOW")
    }

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
                Peer::Ipv6(_) | Peer::PrefixList(_) | Peer::GroupName(_) => false,
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
        "cidr" => |rule| rule.peer.ipv4().map(str::to_owned),
        "ipv6-cidr" => |rule| rule.peer.ipv6().map(str::to_owned),
        "group-id" => |rule| rule.peer.group().map(str::to_owned),
        "prefix-list-id" => |rule| rule.peer.prefix_list().map(str::to_owned),
        "protocol" => |rule| Some(rule.protocol.clone()),
        "from-port" => |rule| rule.ports.map(|(from, _)| from.to_string()),
        "to-port" => |rule| rule.ports.map(|(_, to)| to.to_string()),
        _ => return None,
    };
    Some(rules.values().filter(|rule| rule.egress == egress).filter_map(pick).collect())
}

/// A rule as DescribeSecurityGroupRules and Authorize show it.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SecurityGroupRule.html>
pub(super) fn render(group_id: &str, id: &str, rule: &Rule, owner: &str) -> Value {
    let (from, to) = rule.ports.unwrap_or((-1, -1));
    json!({
        "securityGroupRuleId": id,
        "groupId": group_id,
        "groupOwnerId": owner,
        "isEgress": rule.egress,
        "ipProtocol": rule.protocol,
        "fromPort": from,
        "toPort": to,
        "cidrIpv4": rule.peer.ipv4(),
        "cidrIpv6": rule.peer.ipv6(),
        "referencedGroupInfo": rule.peer.group().map(|group| json!({"groupId": group, "userId": owner})),
        "prefixListId": rule.peer.prefix_list(),
        "description": rule.description,
        "tagSet": tagging::tag_set(&rule.tags),
    })
}

/// A rule that was revoked, which names its peer otherwise.
pub(super) fn render_revoked(group_id: &str, id: &str, rule: &Rule, owner: &str) -> Value {
    let mut tree = render(group_id, id, rule, owner);
    if let Some(members) = tree.as_object_mut() {
        members.retain(|name, _| !matches!(name.as_str(), "groupOwnerId" | "referencedGroupInfo" | "tagSet"));
    }
    tree["referencedGroupId"] = json!(rule.peer.group());
    tree
}

pub(super) fn unknown(id: &str) -> AwsError {
    AwsError::new("InvalidSecurityGroupRuleId.NotFound", format!("The security group rule ID '{id}' does not exist"))
}
