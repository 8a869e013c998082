//! What the user brings to a district: ids that must at least look like ids.

use shared::district::Given;

use super::fields::Fields;
use super::{Findings, Verdict};

/// Reads what is given. Security groups and subnets belong to a VPC, so they need a given one.
pub(super) fn read(fields: &mut Fields, found: &mut Findings) -> Given {
    let mut id = |name: &'static str, prefix: &'static str, found: &mut Findings| {
        fields.take(&[name], found)?.keeping(|text| is_id(text, prefix), found)
    };
    let vpc_id = id("vpc_id", "vpc-", found);
    let public_elb_security_group = id("public_elb_security_group", "sg-", found);
    let private_elb_security_group = id("private_elb_security_group", "sg-", found);
    let instance_security_group = id("instance_security_group", "sg-", found);
    let subnets = fields.take(&["subnet_ids"], found).and_then(|field| field.list(found)).unwrap_or_default();
    let subnet_ids: Vec<_> =
        subnets.into_iter().filter_map(|item| item.keeping(|text| is_id(text, "subnet-"), found)).collect();
    let given = Given {
        ecs_service_role: fields.take(&["ecs_service_role"], found).and_then(|it| it.keeping(is_role, found)),
        ecs_instance_role: fields.take(&["ecs_instance_role"], found).and_then(|it| it.keeping(is_role, found)),
        vpc_id,
        subnet_ids,
        public_elb_security_group,
        private_elb_security_group,
        instance_security_group,
    };
    if given.vpc_id.is_none() {
        let of_a_vpc = [
            ("public_elb_security_group", given.public_elb_security_group.is_some()),
            ("private_elb_security_group", given.private_elb_security_group.is_some()),
            ("instance_security_group", given.instance_security_group.is_some()),
            ("subnet_ids", !given.subnet_ids.is_empty()),
        ];
        for (name, _) in of_a_vpc.into_iter().filter(|(_, is_given)| *is_given) {
            found.invalid(fields.pointer_to(name), "belongs to a VPC; give its vpc_id too");
        }
    }
    given
}

fn is_id(text: &str, prefix: &str) -> Verdict {
    let rest = text.strip_prefix(prefix).unwrap_or_default();
    if !rest.is_empty() && rest.len() <= 32 && rest.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Ok(());
    }
    Err(format!("is not an id such as {prefix}0a1b2c3d"))
}

/// A role's name, or its ARN. <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
fn is_role(text: &str) -> Verdict {
    let name = match text.strip_prefix("arn:") {
        Some(arn) => arn.split_once(":role/").map_or("", |(_, path)| path.rsplit('/').next().unwrap_or(path)),
        None => text,
    };
    let is_fine = |byte: u8| byte.is_ascii_alphanumeric() || b"+=,.@_-".contains(&byte);
    if (1..=64).contains(&name.len()) && name.bytes().all(is_fine) {
        return Ok(());
    }
    Err("is neither the name nor the ARN of a role".to_owned())
}

/// A hosted zone's id. <https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetHostedZone.html>
pub(super) fn is_zone(text: &str) -> Verdict {
    let is_fine = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    if text.starts_with('Z') && text.len() <= 32 && text.bytes().all(is_fine) {
        return Ok(());
    }
    Err("is not the id of a hosted zone such as Z0123456789ABCDEFGHIJ".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_names_or_arns() {
        for right in ["ecsServiceRole", "arn:aws:iam::123456789012:role/team/ecsServiceRole"] {
            assert_eq!(is_role(right), Ok(()), "{right}");
        }
        for wrong in ["", "a b", "arn:aws:iam::123456789012:user/me", &"a".repeat(65)] {
            assert!(is_role(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn ids_have_their_prefix() {
        assert_eq!(is_id("vpc-0a1b2c3d4e5f60718", "vpc-"), Ok(()));
        assert!(is_id("sg-1", "vpc-").is_err() && is_id("vpc-", "vpc-").is_err() && is_id("vpc-1/x", "vpc-").is_err());
        assert!(is_zone("Z0123456789ABCDEFGHIJ").is_ok() && is_zone("/hostedzone/Z1").is_err());
    }
}
