//! A cluster full of services, made by the calls that anybody would make it by.

use anyhow::{Context as _, Result};
use serde_json::json;

use super::client::Caller;

/// The name of the cluster.
pub(crate) const CLUSTER: &str = "crowd";

/// How many task definitions the services share.
const FAMILIES: usize = 20;

/// The versions of the APIs that speak forms.
const EC2: &str = "2016-11-15";
const IAM: &str = "2010-05-08";

/// The name of a service.
pub(crate) fn service(number: usize) -> String {
    format!("service-{number:05}")
}

/// The cluster with container instances in two zones that have joined.
pub(crate) async fn instances(aws: &mut Caller, count: usize) -> Result<()> {
    aws.ecs("CreateCluster", &json!({"clusterName": CLUSTER})).await?;
    let vpc = aws.form("ec2", EC2, "Action=CreateVpc&CidrBlock=10.0.0.0%2F16", "vpcId").await?;
    let gateway = aws.form("ec2", EC2, "Action=CreateInternetGateway", "internetGatewayId").await?;
    let attach = format!("Action=AttachInternetGateway&VpcId={vpc}&InternetGatewayId={gateway}");
    aws.form("ec2", EC2, &attach, "return").await?;
    let find = format!("Action=DescribeRouteTables&Filter.1.Name=vpc-id&Filter.1.Value.1={vpc}");
    let table = aws.form("ec2", EC2, &find, "routeTableId").await?;
    let route = format!("Action=CreateRoute&RouteTableId={table}&DestinationCidrBlock=0.0.0.0%2F0&GatewayId={gateway}");
    aws.form("ec2", EC2, &route, "return").await?;
    profile(aws).await?;
    let image = json!({"Name": "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"});
    let image = aws.json("ssm", "AmazonSSM.GetParameter", &image).await?;
    let image = image["Parameter"]["Value"].as_str().context("an image")?.to_owned();
    // `ECS_CLUSTER=crowd`, as the API wants it.
    let user_data = "RUNTX0NMVVNURVI9Y3Jvd2Q%3D";
    for (place, zone) in ["a", "b"].iter().enumerate() {
        let subnet =
            format!("Action=CreateSubnet&VpcId={vpc}&CidrBlock=10.0.{place}.0%2F24&AvailabilityZone=eu-west-1{zone}");
        let subnet = aws.form("ec2", EC2, &subnet, "subnetId").await?;
        let share = (count + 1 - place) / 2;
        let run = format!(
            "Action=RunInstances&ImageId={image}&InstanceType=m5.4xlarge&MinCount={share}&MaxCount={share}\
             &IamInstanceProfile.Name=host&UserData={user_data}&NetworkInterface.1.DeviceIndex=0\
             &NetworkInterface.1.SubnetId={subnet}&NetworkInterface.1.AssociatePublicIpAddress=true"
        );
        aws.form("ec2", EC2, &run, "instanceId").await?;
    }
    aws.advance(300).await?;
    Ok(())
}

async fn profile(aws: &mut Caller) -> Result<()> {
    let trust = "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A\
                 %22sts%3AAssumeRole%22%2C%22Principal%22%3A%7B%22Service%22%3A%22ec2.amazonaws.com%22%7D%7D%5D%7D";
    for call in [
        format!("Action=CreateRole&RoleName=host&AssumeRolePolicyDocument={trust}"),
        "Action=CreateInstanceProfile&InstanceProfileName=host".to_owned(),
        "Action=AddRoleToInstanceProfile&InstanceProfileName=host&RoleName=host".to_owned(),
    ] {
        aws.form("iam", IAM, &call, "RequestId").await?;
    }
    Ok(())
}

/// The services, each of which wants `tasks` tasks with a port.
pub(crate) async fn services(aws: &mut Caller, count: usize, tasks: usize) -> Result<()> {
    for number in 0..FAMILIES {
        let container = json!({
            "name": "web", "image": "nginx:1.27", "cpu": 16, "memory": 32, "essential": true,
            "portMappings": [{"containerPort": 80, "hostPort": 0}],
            "environment": [{"name": "PORT", "value": "80"}, {"name": "STAGE", "value": "production"}],
        });
        let input = json!({"family": format!("family-{number}"), "containerDefinitions": [container]});
        aws.ecs("RegisterTaskDefinition", &input).await?;
    }
    for number in 0..count {
        let input = json!({
            "cluster": CLUSTER, "serviceName": service(number), "desiredCount": tasks, "launchType": "EC2",
            "taskDefinition": format!("family-{}", number % FAMILIES),
            "tags": [{"key": "owner", "value": "bench"}],
        });
        aws.ecs("CreateService", &input).await?;
    }
    Ok(())
}

/// A cluster without instances, and services in it that want a task each.
pub(crate) async fn waiting(aws: &mut Caller, count: usize) -> Result<()> {
    aws.ecs("CreateCluster", &json!({"clusterName": "empty"})).await?;
    for number in 0..count {
        let input = json!({
            "cluster": "empty", "serviceName": service(number), "desiredCount": 1, "launchType": "EC2",
            "taskDefinition": "family-0",
        });
        aws.ecs("CreateService", &input).await?;
    }
    Ok(())
}

/// How many tasks of the cluster run, and how many services it has.
pub(crate) async fn counts(aws: &mut Caller) -> Result<(u64, u64)> {
    let shown = aws.ecs("DescribeClusters", &json!({"clusters": [CLUSTER]})).await?;
    let cluster = &shown["clusters"][0];
    let count = |member: &str| cluster[member].as_u64().with_context(|| member.to_owned());
    Ok((count("runningTasksCount")?, count("activeServicesCount")?))
}
