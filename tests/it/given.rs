//! What the user brought is used, checked to exist, and neither changed nor deleted.

use std::time::Duration;

use aws_sdk_ec2::types::{AttributeBooleanValue, ResourceType, Tag, TagSpecification};
use reqwest::Method;
use serde_json::{Value, json};
use tests::Stack;

use crate::account::Account;

/// A network, security groups and roles that somebody made by hand; the body that brings them.
async fn made_by_hand(account: &Account) -> Value {
    let vpc = account.ec2.create_vpc().cidr_block("10.99.0.0/16").send().await.unwrap();
    let vpc = vpc.vpc().unwrap().vpc_id().unwrap().to_owned();
    let on = || AttributeBooleanValue::builder().value(true).build();
    account.ec2.modify_vpc_attribute().vpc_id(&vpc).enable_dns_support(on()).send().await.unwrap();
    account.ec2.modify_vpc_attribute().vpc_id(&vpc).enable_dns_hostnames(on()).send().await.unwrap();
    for (octet, zone, network) in [(1, 'a', "Private"), (2, 'b', "Private"), (129, 'a', "Public"), (130, 'b', "Public")]
    {
        let tag = Tag::builder().key("Network").value(network).build();
        let tags = TagSpecification::builder().resource_type(ResourceType::Subnet).tags(tag).build();
        let subnet = account.ec2.create_subnet().vpc_id(&vpc).cidr_block(format!("10.99.{octet}.0/24"));
        subnet.availability_zone(format!("us-east-1{zone}")).tag_specifications(tags).send().await.unwrap();
    }
    let mut body = json!({"name": "dev", "cluster_size": 0, "vpc_id": vpc});
    for field in ["public_elb_security_group", "private_elb_security_group", "instance_security_group"] {
        let group = account.ec2.create_security_group().group_name(field).description(field).vpc_id(&vpc);
        body[field] = json!(group.send().await.unwrap().group_id().unwrap());
    }
    for (field, service) in [("ecs_service_role", "ecs"), ("ecs_instance_role", "ec2")] {
        let trust = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
                           "Principal": {"Service": format!("{service}.amazonaws.com")}}]});
        let role = account.iam.create_role().role_name(field).assume_role_policy_document(trust.to_string());
        role.send().await.unwrap();
        body[field] = json!(field);
    }
    body
}

#[tokio::test]
async fn what_is_given_is_used_and_stays_as_it_was() {
    let stack = Stack::start().await.unwrap();
    let account = Account::at(&stack.aws.client.base);
    let body = made_by_hand(&account).await;
    let before = stack.aws.inventory().await.unwrap();

    let operation = stack.change(Method::POST, "/districts", Some(&body)).await.unwrap();
    let state = |step: &str| {
        let steps = operation["steps"].as_array().unwrap();
        steps.iter().find(|it| it["name"] == step).unwrap()["state"].clone()
    };
    assert_eq!((state("check_given"), state("create_vpc")), (json!("succeeded"), json!("skipped")));
    let seen = stack.api.get("/districts/dev").await.unwrap().body;
    for (field, given) in body.as_object().unwrap().iter().filter(|(field, _)| *field != "cluster_size") {
        assert_eq!(seen["district"][field], *given, "{field}");
    }
    let made = account.of_district("dev").await;
    assert!(made.contains_key("cluster") && made.contains_key("hosted_zone"), "{made:#?}");
    for kind in ["vpc", "subnet", "security_group", "role", "nat_gateway"] {
        assert!(!made.contains_key(kind), "{kind} was given, or is not needed: {made:#?}");
    }

    stack.change(Method::DELETE, "/districts/dev", None).await.unwrap();
    assert_eq!(stack.aws.inventory().await.unwrap(), before);
}

#[tokio::test]
async fn what_is_given_and_does_not_exist_is_named_and_nothing_is_made() {
    let stack = Stack::start().await.unwrap();
    let account = Account::at(&stack.aws.client.base);
    let mut body = made_by_hand(&account).await;
    body["instance_security_group"] = json!("sg-0123456789abcdef0");
    body["ecs_instance_role"] = json!("nobody");
    let before = stack.aws.inventory().await.unwrap();
    let id = stack.api.post("/districts", &body).await.unwrap().operation().unwrap();
    let operation = stack.api.ended(&id, Duration::from_secs(60)).await.unwrap();
    assert_eq!(
        (&operation["state"], &operation["error"]["code"]),
        (&json!("failed"), &json!("given_resource_invalid"))
    );
    let detail = operation["error"]["detail"].as_str().unwrap();
    assert!(detail.contains("sg-0123456789abcdef0") && detail.contains("nobody"), "{detail}");
    assert_eq!(stack.aws.inventory().await.unwrap(), before);
    assert_eq!(stack.api.get("/districts/dev").await.unwrap().status, 404);
}
