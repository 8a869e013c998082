//! Hosted zones with VPCs and load balancers.

use serde_json::{Value, json};

use super::Aws;
use crate::model::service::Service::{Ec2, Elb, Route53};

fn private(vpc: &str, reference: &str) -> Value {
    json!({"Name": "dev.bcn", "CallerReference": reference, "VPC": {"VPCId": vpc, "VPCRegion": "eu-west-1"}})
}

fn changes(zone: &str, changes: Value) -> Value {
    json!({"HostedZoneId": zone, "ChangeBatch": {"Changes": {"Change": changes}}})
}

fn cname(action: &str, ttl: &str) -> Value {
    json!({"Action": action, "ResourceRecordSet": {"Name": "web.app.dev.bcn", "Type": "CNAME", "TTL": ttl,
           "ResourceRecords": {"ResourceRecord": {"Value": "elb.example.com"}}}})
}

fn id_of(created: &Value) -> String {
    created["HostedZone"]["Id"].as_str().unwrap().to_owned()
}

#[test]
fn a_caller_reference_makes_one_zone_for_ever_and_a_vpc_sees_one_zone_of_a_name() {
    let mut aws = Aws::new();
    let vpc = aws.vpc();
    let zone = id_of(&aws.ok(Route53, "CreateHostedZone", private(&vpc, "1")));
    assert_eq!(aws.refused(Route53, "CreateHostedZone", private(&vpc, "1")), "HostedZoneAlreadyExists");
    assert_eq!(aws.refused(Route53, "CreateHostedZone", private(&vpc, "2")), "ConflictingDomainExists");
    assert_eq!(aws.refused(Route53, "CreateHostedZone", private("vpc-1", "2")), "InvalidVPCId");
    aws.ok(Route53, "DeleteHostedZone", json!({"Id": zone}));
    assert_eq!(aws.refused(Route53, "CreateHostedZone", private(&vpc, "1")), "HostedZoneAlreadyExists");
    aws.ok(Route53, "CreateHostedZone", private(&vpc, "2"));
    aws.ok(Ec2, "DeleteVpc", json!({"VpcId": vpc}));
    assert_eq!(aws.count("hosted_zones"), 1, "a zone outlives its VPC");
}

#[test]
fn a_batch_is_done_as_a_whole_and_known_everywhere_after_a_while() {
    let mut aws = Aws::new();
    let vpc = aws.vpc();
    let zone = id_of(&aws.ok(Route53, "CreateHostedZone", private(&vpc, "1")));
    let both = json!([cname("CREATE", "60"), cname("DELETE", "61")]);
    assert_eq!(aws.refused(Route53, "ChangeResourceRecordSets", changes(&zone, both)), "InvalidChangeBatch");
    assert_eq!(aws.count("record_sets"), 0);
    let done = aws.ok(Route53, "ChangeResourceRecordSets", changes(&zone, cname("CREATE", "60")));
    assert_eq!(done["ChangeInfo"]["Status"], "PENDING");
    aws.pass(60);
    let change = aws.ok(Route53, "GetChange", json!({"Id": done["ChangeInfo"]["Id"]}));
    assert_eq!(change["ChangeInfo"]["Status"], "INSYNC");
    assert_eq!(aws.refused(Route53, "DeleteHostedZone", json!({"Id": zone})), "HostedZoneNotEmpty");
    aws.ok(Route53, "ChangeResourceRecordSets", changes(&zone, cname("DELETE", "60")));
    aws.ok(Route53, "DeleteHostedZone", json!({"Id": zone}));
}

#[test]
fn an_alias_leads_to_a_load_balancer_that_exists() {
    let mut aws = Aws::new();
    let vpc = aws.vpc();
    let subnet = aws.subnet(&vpc, 0);
    let zone = id_of(&aws.ok(Route53, "CreateHostedZone", json!({"Name": "example.com", "CallerReference": "1"})));
    let listener = json!([{"Protocol": "TCP", "LoadBalancerPort": "80", "InstancePort": "80"}]);
    let wanted = json!({"LoadBalancerName": "web", "Scheme": "internal", "Subnets": [subnet], "Listeners": listener});
    aws.ok(Elb, "CreateLoadBalancer", wanted);
    let made = aws.ok(Elb, "DescribeLoadBalancers", json!({}))["LoadBalancerDescriptions"][0].take();
    let alias = |name: &Value| {
        let target = json!({"HostedZoneId": made["CanonicalHostedZoneNameID"], "DNSName": name,
                            "EvaluateTargetHealth": "false"});
        let record = json!({"Name": "web.example.com", "Type": "A", "AliasTarget": target});
        json!({"Action": "UPSERT", "ResourceRecordSet": record})
    };
    let elsewhere = alias(&json!("nothing.eu-west-1.elb.amazonaws.com"));
    assert_eq!(aws.refused(Route53, "ChangeResourceRecordSets", changes(&zone, elsewhere)), "InvalidChangeBatch");
    aws.ok(Route53, "ChangeResourceRecordSets", changes(&zone, alias(&made["DNSName"])));
}
