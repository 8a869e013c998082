//! Security groups and their rules.

use aws_sdk_ec2::types::{IpPermission, IpRange, ResourceType, UserIdGroupPair};

use super::{Ec2, filter, in_scope, seen, tagged};
use crate::aws::answer::present;
use crate::aws::{AbsentOk, NotCalled, Owner, Seen, Tag};

const ABSENT: [&str; 1] = ["InvalidGroup.NotFound"];

/// Whom a rule lets in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Peer {
    /// An address range.
    Range(String),
    /// Members of a security group.
    Group(String),
}

/// What a rule lets in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// `tcp`, `icmp`, or `-1` for all.
    pub protocol: &'static str,
    /// First and last port; -1 for all types of ICMP.
    pub ports: Option<(i32, i32)>,
    /// From whom.
    pub peer: Peer,
}

impl Rule {
    /// TCP to ports.
    pub fn tcp(first: i32, last: i32, peer: Peer) -> Self {
        Rule { protocol: "tcp", ports: Some((first, last)), peer }
    }

    /// Every type of ICMP.
    pub fn icmp(peer: Peer) -> Self {
        Rule { protocol: "icmp", ports: Some((-1, -1)), peer }
    }

    /// Everything.
    pub fn all(peer: Peer) -> Self {
        Rule { protocol: "-1", ports: None, peer }
    }
}

/// A security group.
#[derive(Clone, Debug)]
pub struct SecurityGroup {
    /// `sg-…`
    pub id: String,
    /// Whether something is let in.
    pub has_rules: bool,
}

impl Ec2 {
    /// Security groups in the owner's scope.
    pub async fn find_security_groups(
        &self,
        owner: &Owner,
        name: Option<&str>,
    ) -> Result<Vec<Seen<SecurityGroup>>, NotCalled> {
        let request = self.client.describe_security_groups().set_filters(in_scope(owner, name));
        let answer = self.calls.call("ec2", "DescribeSecurityGroups", request.send()).await?;
        let each = answer.security_groups().iter().filter_map(|group| {
            let has_rules = !group.ip_permissions().is_empty();
            seen(owner, SecurityGroup { id: group.group_id()?.to_owned(), has_rules }, group.tags(), false)
        });
        Ok(each.collect())
    }

    /// Which of these security groups are not in the VPC.
    pub async fn missing_security_groups(&self, vpc_id: &str, ids: &[String]) -> Result<Vec<String>, NotCalled> {
        let request = self.client.describe_security_groups().filters(filter("vpc-id", vpc_id));
        let answer = self.calls.call("ec2", "DescribeSecurityGroups", request.send()).await?;
        let there: Vec<&str> = answer.security_groups().iter().filter_map(|group| group.group_id()).collect();
        Ok(ids.iter().filter(|id| !there.contains(&id.as_str())).cloned().collect())
    }

    /// Makes a security group. It lets everything out, as AWS makes them, and nothing in.
    pub async fn create_security_group(&self, vpc_id: &str, name: &str, tags: &[Tag]) -> Result<String, NotCalled> {
        let request = self.client.create_security_group().vpc_id(vpc_id).group_name(name).description(name);
        let request = request.tag_specifications(tagged(ResourceType::SecurityGroup, tags));
        let answer = self.calls.call("ec2", "CreateSecurityGroup", request.send()).await?;
        present(answer.group_id, "CreateSecurityGroup", "groupId")
    }

    /// Lets in what the rules say: all of them in one call, so all or none stand.
    pub async fn authorize_ingress(&self, id: &str, rules: &[Rule]) -> Result<(), NotCalled> {
        let permissions = rules.iter().map(permission).collect();
        let request = self.client.authorize_security_group_ingress().group_id(id).set_ip_permissions(Some(permissions));
        let answer = self.calls.call("ec2", "AuthorizeSecurityGroupIngress", request.send()).await;
        answer.absent_ok(&["InvalidPermission.Duplicate"]).map(|_| ())
    }

    /// Lets nothing in any more. Rules that name another group keep that one from being deleted.
    pub async fn revoke_all_ingress(&self, id: &str) -> Result<(), NotCalled> {
        let request = self.client.describe_security_groups().group_ids(id);
        let answer = self.calls.call("ec2", "DescribeSecurityGroups", request.send()).await.absent_ok(&ABSENT)?;
        let groups = answer.and_then(|answer| answer.security_groups).unwrap_or_default();
        let Some(group) = groups.into_iter().find(|group| !group.ip_permissions().is_empty()) else { return Ok(()) };
        let rules = group.ip_permissions;
        let request = self.client.revoke_security_group_ingress().group_id(id).set_ip_permissions(rules);
        let answer = self.calls.call("ec2", "RevokeSecurityGroupIngress", request.send()).await;
        answer.absent_ok(&[ABSENT[0], "InvalidPermission.NotFound"]).map(|_| ())
    }

    /// Deletes a security group.
    pub async fn delete_security_group(&self, id: &str) -> Result<(), NotCalled> {
        let request = self.client.delete_security_group().group_id(id);
        self.calls.call("ec2", "DeleteSecurityGroup", request.send()).await.absent_ok(&ABSENT).map(|_| ())
    }
}

fn permission(rule: &Rule) -> IpPermission {
    let permission = IpPermission::builder().ip_protocol(rule.protocol);
    let permission = permission.set_from_port(rule.ports.map(|(first, _)| first));
    let permission = permission.set_to_port(rule.ports.map(|(_, last)| last));
    match &rule.peer {
        Peer::Range(range) => permission.ip_ranges(IpRange::builder().cidr_ip(range).build()),
        Peer::Group(id) => permission.user_id_group_pairs(UserIdGroupPair::builder().group_id(id).build()),
    }
    .build()
}
