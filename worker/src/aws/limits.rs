//! How often each class of AWS APIs may be called: below what AWS documents, so that people keep room beside us.
//!
//! Sources: [EC2](https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html),
//! [ECS](https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html),
//! [Route53](https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html#limits-api-requests) (5 a second
//! for the whole account), [SSM](https://docs.aws.amazon.com/general/latest/gr/ssm.html). IAM, Auto Scaling, ELB and Logs
//! publish no rate: theirs are cautious.

use shared::store::Budget;

/// The budget that a call belongs to.
pub(super) fn budget(place: &str, service: &str, action: &str) -> Budget {
    let reads = ["Describe", "List", "Get"].iter().any(|verb| action.starts_with(verb));
    let (class, per_second, burst) = match (service, reads) {
        ("ec2", true) => ("ec2-read", 20.0, 50.0),
        ("ec2", false) => ("ec2-change", 5.0, 50.0),
        ("ecs", true) => ("ecs-read", 20.0, 50.0),
        ("ecs", false) => ecs_change(action),
        ("route53", _) => ("route53", 4.0, 4.0),
        ("iam", true) => ("iam-read", 10.0, 20.0),
        ("iam", false) => ("iam-change", 5.0, 20.0),
        ("ssm", true) => ("ssm-read", 30.0, 30.0),
        ("ssm", false) => ("ssm-change", 3.0, 3.0),
        (_, true) => ("other-read", 10.0, 20.0),
        (_, false) => ("other-change", 5.0, 20.0),
    };
    // IAM and Route53 count per account; one region's share of them is what is counted here.
    let name = match service {
        "autoscaling" | "elasticloadbalancing" | "logs" | "sts" => format!("{place}:{service}-{class}"),
        _ => format!("{place}:{class}"),
    };
    Budget { name, per_second, burst }
}

fn ecs_change(action: &str) -> (&'static str, f64, f64) {
    match action {
        "RegisterTaskDefinition" | "DeregisterTaskDefinition" | "DeleteTaskDefinitions" => {
            ("ecs-task-definition-change", 1.0, 20.0)
        }
        "CreateCluster" | "DeleteCluster" => ("ecs-cluster-change", 1.0, 20.0),
        "UpdateContainerInstancesState" | "DeregisterContainerInstance" => ("ecs-instance-change", 40.0, 100.0),
        _ => ("ecs-service-change", 5.0, 50.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_changes_of_a_service_do_not_eat_each_others_budget() {
        let read = budget("1:eu", "ec2", "DescribeVpcs");
        let change = budget("1:eu", "ec2", "CreateVpc");
        assert_ne!(read.name, change.name);
        assert!(read.per_second > change.per_second);
    }

    #[test]
    fn services_without_published_rates_have_budgets_of_their_own() {
        let (logs, elb) =
            (budget("1:eu", "logs", "CreateLogGroup"), budget("1:eu", "elasticloadbalancing", "CreateLoadBalancer"));
        assert_ne!(logs.name, elb.name);
    }
}
