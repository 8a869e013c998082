//! What a security group lets in.
//!
//! Makes        the rules of the group: HTTP and HTTPS from everywhere for public load balancers, TCP from the VPC for
//!              internal ones, everything from both and from each other for instances
//! Repeat-safe  found again on the group; the call takes all rules or none
//! Undo         revokes them, if this operation made the group: groups that name each other cannot be deleted

use super::{Group, parts};
use crate::aws::ec2::{Peer, Rule};
use crate::engine::{Failure, Found, Ready, Resource};
use crate::workflows::DistrictCx;

/// Lets in what a group is for.
pub(crate) struct AuthorizeIngress(pub(crate) Group);

impl Resource for AuthorizeIngress {
    type Cx = DistrictCx;
    /// The group's id.
    type Output = String;
    const NAME: &'static str = "authorize_ingress";

    fn of(&self) -> Option<&str> {
        Some(self.0.label())
    }

    fn ids(opened: &String) -> Vec<String> {
        vec![opened.clone()]
    }

    async fn find(&self, cx: &DistrictCx) -> Result<Found<String>, Failure> {
        let seen = cx.aws.ec2.find_security_groups(&cx.owner, Some(&self.0.name(cx))).await?;
        let open = seen.into_iter().filter(|seen| seen.thing.has_rules);
        let ids: Vec<_> = open.map(|seen| seen.map(|group| group.id)).collect();
        Ok(cx.owner.found(&ids))
    }

    async fn create(&self, cx: &DistrictCx) -> Result<String, Failure> {
        let group = parts::security_group(cx, self.0)?;
        cx.aws.ec2.authorize_ingress(&group, &rules(self.0, cx)?).await?;
        Ok(group)
    }

    async fn ready(&self, _cx: &DistrictCx, _group: &String) -> Result<Ready, Failure> {
        Ok(Ready::Yes)
    }

    async fn delete(&self, cx: &DistrictCx, group: String) -> Result<(), Failure> {
        Ok(cx.aws.ec2.revoke_all_ingress(&group).await?)
    }
}

fn rules(group: Group, cx: &DistrictCx) -> Result<Vec<Rule>, Failure> {
    let network = parts::ranges(cx)?.into_iter().map(Peer::Range);
    let anywhere = || Peer::Range("0.0.0.0/0".to_owned());
    Ok(match group {
        Group::PublicElb => {
            let web = [Rule::tcp(80, 80, anywhere()), Rule::tcp(443, 443, anywhere())];
            web.into_iter().chain(network.map(Rule::all)).collect()
        }
        Group::PrivateElb => network.map(|range| Rule::tcp(1, 65535, range)).collect(),
        Group::Instance => {
            let groups = [Group::PublicElb, Group::PrivateElb, Group::Instance];
            let members = groups.into_iter().map(|group| Ok(Rule::all(Peer::Group(parts::security_group(cx, group)?))));
            network.map(Rule::icmp).map(Ok).chain(members).collect::<Result<_, Failure>>()?
        }
    })
}
