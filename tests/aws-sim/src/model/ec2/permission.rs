//! Permissions: how calls bundle rules of the same protocol and ports.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html>

use serde_json::{Value, json};

use super::security_group_rule::{Peer, Rule};
use crate::model::error::AwsError;
use crate::model::input::Input;
use crate::model::tags::Tags;

/// A list of peers in a permission: the list's name, the member that names the peer, and the kind of peer.
type PeerList = (&'static str, &'static str, MakePeer);
type MakePeer = fn(String) -> Peer;

const PEERS: [PeerList; 4] = [
    ("IpRanges", "CidrIp", Peer::Ipv4),
    ("Ipv6Ranges", "CidrIpv6", Peer::Ipv6),
    ("Groups", "GroupId", Peer::Group),
    ("PrefixListIds", "PrefixListId", Peer::PrefixList),
];

/// The rules of one permission: one for each peer in it.
pub(super) fn read(part: &Input<'_>, egress: bool) -> Result<Vec<Rule>, AwsError> {
    let (protocol, ports) = (protocol(part.required("IpProtocol")?)?, ports(part)?);
    let mut rules = Vec::new();
    for (list, member, peer) in PEERS {
        for entry in part.parts(list) {
            let named = entry.text("GroupName").filter(|_| list == "Groups" && !entry.has(member));
            let peer = match named {
                Some(name) => Peer::GroupName(name.to_owned()),
                None => peer(entry.required(member)?.to_owned()),
            };
            rules.push(Rule {
                egress,
                protocol: protocol.clone(),
                ports: ports.filter(|_| protocol != "-1"),
                peer: check(peer)?,
                description: description(&entry)?,
                tags: Tags::default(),
            });
        }
    }
    if rules.is_empty() {
        let message = "The permission names no source or destination.";
        return Err(AwsError::new("InvalidPermission.Malformed", message));
    }
    Ok(rules)
}

/// The one rule that ModifySecurityGroupRules spells out.
pub(super) fn read_one(part: &Input<'_>, egress: bool) -> Result<Rule, AwsError> {
    let members: [(&str, MakePeer); 4] = [
        ("CidrIpv4", Peer::Ipv4),
        ("CidrIpv6", Peer::Ipv6),
        ("ReferencedGroupId", Peer::Group),
        ("PrefixListId", Peer::PrefixList),
    ];
    let mut peers = members.into_iter().filter_map(|(name, peer)| part.text(name).map(|text| peer(text.to_owned())));
    let (Some(peer), None) = (peers.next(), peers.next()) else {
        let message = "Exactly one source or destination must be given for a security group rule.";
        return Err(AwsError::new("InvalidPermission.Malformed", message));
    };
    let (protocol, ports) = (protocol(part.required("IpProtocol")?)?, ports(part)?);
    let ports = ports.filter(|_| protocol != "-1");
    Ok(Rule { egress, protocol, ports, peer: check(peer)?, description: description(part)?, tags: Tags::default() })
}

/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpRange.html>
fn description(part: &Input<'_>) -> Result<Option<String>, AwsError> {
    let Some(text) = part.text("Description") else { return Ok(None) };
    if text.chars().count() > 255 || !text.chars().all(super::security_group::is_plain) {
        let message = format!(
            "Invalid rule description. Valid descriptions are strings less than 256 characters from the following set: \
             a-zA-Z0-9. _-:/()#,@[]+=&;{{}}!$* Given: {text}"
        );
        return Err(AwsError::new("InvalidParameterValue", message));
    }
    Ok(Some(text.to_owned()))
}

/// The one rule that the flat members of older clients spell out.
pub(super) fn read_flat(input: &Input<'_>, egress: bool) -> Result<Vec<Rule>, AwsError> {
    let protocol = protocol(input.text("IpProtocol").unwrap_or("-1"))?;
    let ports = ports(input)?.filter(|_| protocol != "-1");
    let peer = match input.text("SourceSecurityGroupName") {
        Some(name) => Peer::GroupName(name.to_owned()),
        None => check(Peer::Ipv4(input.required("CidrIp")?.to_owned()))?,
    };
    Ok(vec![Rule { egress, protocol, ports, peer, description: None, tags: Tags::default() }])
}

/// Writes rules of the same protocol and ports as one permission.
pub(super) fn render(bundle: &[&Rule], owner: &str) -> Value {
    let ports = bundle.first().and_then(|rule| rule.ports);
    let mut lists: [Vec<Value>; 4] = Default::default();
    for rule in bundle {
        let description = &rule.description;
        let (place, entry) = match &rule.peer {
            Peer::Ipv4(cidr) => (0, json!({"cidrIp": cidr, "description": description})),
            Peer::Ipv6(cidr) => (1, json!({"cidrIpv6": cidr, "description": description})),
            Peer::Group(id) | Peer::GroupName(id) => {
                (2, json!({"groupId": id, "userId": owner, "description": description}))
            }
            Peer::PrefixList(id) => (3, json!({"prefixListId": id, "description": description})),
        };
        lists[place].push(entry);
    }
    let [ranges, ranges6, groups, prefix_lists] = lists;
    json!({
        "ipProtocol": bundle.first().map(|rule| rule.protocol.as_str()),
        "fromPort": ports.map(|(from, _)| from),
        "toPort": ports.map(|(_, to)| to),
        "ipRanges": ranges,
        "ipv6Ranges": ranges6,
        "groups": groups,
        "prefixListIds": prefix_lists,
    })
}

fn protocol(text: &str) -> Result<String, AwsError> {
    let named = match text.to_ascii_lowercase().as_str() {
        "6" | "tcp" => "tcp",
        "17" | "udp" => "udp",
        "1" | "icmp" => "icmp",
        "58" | "icmpv6" => "icmpv6",
        "all" | "-1" => "-1",
        other if other.parse().is_ok_and(|number: u8| number > 0) => return Ok(other.to_owned()),
        _ => {
            let message = format!("Invalid value '{text}' for IP protocol. Unknown protocol.");
            return Err(AwsError::new("InvalidParameterValue", message));
        }
    };
    Ok(named.to_owned())
}

fn ports(part: &Input<'_>) -> Result<Option<(i64, i64)>, AwsError> {
    let protocol = protocol(part.text("IpProtocol").unwrap_or("-1"))?;
    match (part.int("FromPort")?, part.int("ToPort")?) {
        (Some(from), Some(to)) if matches!(protocol.as_str(), "tcp" | "udp") => {
            if !(0..=65_535).contains(&from) || !(0..=65_535).contains(&to) || from > to {
                let message = format!("Invalid value '{from}-{to}' for portRange.");
                return Err(AwsError::new("InvalidParameterValue", message));
            }
            Ok(Some((from, to)))
        }
        (Some(from), Some(to)) => Ok(Some((from, to))),
        (None, None) if !matches!(protocol.as_str(), "tcp" | "udp") => Ok(None),
        (None | Some(_), None | Some(_)) => {
            let message = "Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.";
            Err(AwsError::new("InvalidParameterValue", message))
        }
    }
}

fn check(peer: Peer) -> Result<Peer, AwsError> {
    let malformed = |cidr: &str| {
        let message = format!("CIDR block {cidr} is malformed");
        Err(AwsError::new("InvalidParameterValue", message))
    };
    match &peer {
        Peer::Ipv4(cidr) if cidr.parse::<ipnet::Ipv4Net>().is_err() => malformed(cidr),
        Peer::Ipv6(cidr) if cidr.parse::<ipnet::Ipv6Net>().is_err() => malformed(cidr),
        Peer::Ipv4(_) | Peer::Ipv6(_) | Peer::Group(_) | Peer::GroupName(_) | Peer::PrefixList(_) => Ok(peer),
    }
}
