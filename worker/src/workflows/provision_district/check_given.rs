//! What the user brought.
//!
//! Makes        nothing; reads whether VPC, security groups and roles exist and can be used
//! Repeat-safe  reads only
//! Undo         none

use shared::problem::{Code, Problem};

use super::{Role, parts};
use crate::engine::{Class, Failure, Step, Turn, Undone};
use crate::workflows::DistrictCx;

/// Checks what was given; gives the address ranges of the VPC.
pub(crate) struct CheckGiven;

impl Step for CheckGiven {
    type Cx = DistrictCx;
    type Output = Vec<String>;
    const NAME: &'static str = "check_given";
    const LOOKS: bool = true;

    async fn run(&self, cx: &DistrictCx) -> Result<Turn<Vec<String>>, Failure> {
        let mut wrong = vec![];
        let ranges = check_vpc(cx, &mut wrong).await?;
        check_groups(cx, &mut wrong).await?;
        check_roles(cx, &mut wrong).await?;
        if wrong.is_empty() {
            return Ok(Turn::Done(ranges));
        }
        let problem = Problem::new(Code::GivenResourceInvalid, wrong.join("; "));
        let problem = wrong.into_iter().fold(problem, |problem, what| problem.with_evidence("given", what));
        Err(Failure::new(Class::Permanent, problem))
    }

    async fn undo(&self, _cx: &DistrictCx) -> Result<Undone, Failure> {
        Ok(Undone::Done(vec![]))
    }
}

async fn check_vpc(cx: &DistrictCx, wrong: &mut Vec<String>) -> Result<Vec<String>, Failure> {
    let Some(id) = &cx.target.spec.given.vpc_id else { return Ok(vec![]) };
    let Some(vpc) = cx.aws.ec2.find_vpc(id).await? else {
        wrong.push(format!("there is no VPC {id} in {}", cx.aws.region));
        return Ok(vec![]);
    };
    if !vpc.has_dns {
        wrong.push(format!("VPC {id} has DNS support or DNS hostnames turned off; services find each other by DNS"));
    }
    let zone = cx.aws.names.private_zone(&cx.district);
    let others = cx.aws.route53.find_private_zones(&zone).await?;
    if others.iter().any(|zone| !cx.owner.covers(&zone.tags)) {
        wrong.push(format!("a private zone {zone} exists already"));
    }
    Ok(vpc.ranges)
}

async fn check_groups(cx: &DistrictCx, wrong: &mut Vec<String>) -> Result<(), Failure> {
    let given = &cx.target.spec.given;
    let groups = [&given.public_elb_security_group, &given.private_elb_security_group, &given.instance_security_group];
    let groups: Vec<String> = groups.into_iter().flatten().cloned().collect();
    match &given.vpc_id {
        Some(vpc) if !groups.is_empty() => {
            let missing = cx.aws.ec2.missing_security_groups(vpc, &groups).await?;
            wrong.extend(missing.into_iter().map(|id| format!("there is no security group {id} in VPC {vpc}")));
        }
        None if !groups.is_empty() => {
            wrong.push("security groups belong to a VPC: give vpc_id with them".to_owned());
        }
        Some(_) | None => {}
    }
    Ok(())
}

async fn check_roles(cx: &DistrictCx, wrong: &mut Vec<String>) -> Result<(), Failure> {
    for name in Role::ALL.into_iter().filter_map(|role| parts::given_role(cx, role)) {
        if cx.aws.iam.find_role(&name).await?.is_none() {
            wrong.push(format!("there is no role {name}"));
        }
    }
    Ok(())
}
