//! How instances are described.

use indexmap::IndexMap;
use serde_json::{Value, json};

use super::instance::{Instance, Stage};
use super::{State, interface, tagging};
use crate::model::clock::iso;
use crate::model::context::Place;

/// One instance in a reservation of its own.
pub(super) fn reservation(ec2: &State, instance: &Instance, place: &Place) -> Value {
    json!({
        "reservationId": instance.reservation_id,
        "ownerId": &*place.account,
        "groupSet": [],
        "instancesSet": [render(ec2, instance, place)],
    })
}

/// Reservations with the same id made one.
pub(super) fn grouped(reservations: Value) -> Vec<Value> {
    let mut groups: IndexMap<String, Value> = IndexMap::new();
    let Value::Array(reservations) = reservations else { return Vec::new() };
    for mut reservation in reservations {
        let id = reservation["reservationId"].as_str().unwrap_or_default().to_owned();
        match groups.get_mut(&id).and_then(|group| group["instancesSet"].as_array_mut()) {
            Some(instances) => {
                instances.extend(reservation["instancesSet"].as_array_mut().map(std::mem::take).into_iter().flatten())
            }
            None => {
                groups.insert(id, reservation);
            }
        }
    }
    groups.into_values().collect()
}

/// What DescribeInstanceStatus shows.
pub(super) fn status(instance: &Instance) -> Value {
    let checks = match instance.stage {
        Stage::Running => "ok",
        Stage::Pending => "initializing",
        Stage::ShuttingDown | Stage::Terminated => "not-applicable",
    };
    json!({
        "instanceId": instance.id,
        "availabilityZone": instance.zone,
        "instanceState": instance.stage.render(),
        "instanceStatus": {"status": checks, "details": []},
        "systemStatus": {"status": checks, "details": []},
    })
}

/// An instance with everything about it.
fn render(ec2: &State, instance: &Instance, place: &Place) -> Value {
    let attached = ec2.interfaces.get(&instance.interface_id);
    let private_ip = attached.map(|attached| attached.private_ip);
    let public_ip = attached.and_then(|attached| attached.public.as_ref()).map(|public| public.ip);
    let mut tree = json!({
        "instanceId": instance.id,
        "imageId": instance.image_id,
        "instanceState": instance.stage.render(),
        "privateDnsName": private_ip.map(|ip| interface::private_dns_name(&place.region, ip)),
        "dnsName": public_ip.map(|ip| interface::public_dns_name(&place.region, ip)),
        "reason": instance.reason.as_ref().map(|(_, text)| text),
        "amiLaunchIndex": 0,
        "instanceType": instance.instance_type,
        "launchTime": iso(instance.launched),
        "placement": {"availabilityZone": instance.zone, "groupName": "", "tenancy": "default"},
        "monitoring": {"state": "disabled"},
        "architecture": instance.architecture,
        "rootDeviceType": "ebs",
        "rootDeviceName": "/dev/xvda",
        "virtualizationType": "hvm",
        "hypervisor": "xen",
        "enaSupport": true,
        "ebsOptimized": false,
        "blockDeviceMapping": [],
        "productCodes": [],
        "clientToken": instance.client_token.as_deref().unwrap_or_default(),
        "tagSet": tagging::tag_set(&instance.tags),
    });
    if let Some(members) = tree.as_object_mut()
        && let Value::Object(network) = network(ec2, instance, place)
    {
        members.extend(network);
    }
    tree["metadataOptions"] = metadata_options(&instance.settings["MetadataOptions"]);
    if let Some((code, message)) = &instance.reason {
        tree["stateReason"] = json!({"code": code, "message": message});
    }
    if let Some(arn) = &instance.profile_arn {
        tree["iamInstanceProfile"] = json!({"arn": arn, "id": profile_id(arn)});
    }
    tree
}

/// Where the instance is reached; nothing once it is terminated.
fn network(ec2: &State, instance: &Instance, place: &Place) -> Value {
    let Some(attached) = ec2.interfaces.get(&instance.interface_id) else { return json!({"networkInterfaceSet": []}) };
    let groups = interface::group_set(ec2, &attached.groups);
    let (owner, region) = (&place.account, &place.region);
    let mapped = interface::association(attached, owner, region);
    let view = json!({
        "networkInterfaceId": attached.id,
        "subnetId": attached.subnet_id,
        "vpcId": attached.vpc_id,
        "ownerId": &**owner,
        "status": "in-use",
        "interfaceType": "interface",
        "macAddress": interface::mac_address(attached),
        "privateIpAddress": attached.private_ip,
        "privateDnsName": interface::private_dns_name(region, attached.private_ip),
        "sourceDestCheck": true,
        "groupSet": groups,
        "attachment": {
            "attachTime": iso(instance.launched), "deleteOnTermination": true, "deviceIndex": 0, "status": "attached",
        },
        "association": mapped,
        "privateIpAddressesSet": [
            {"privateIpAddress": attached.private_ip, "primary": true, "association": mapped},
        ],
    });
    json!({
        "vpcId": instance.vpc_id,
        "subnetId": instance.subnet_id,
        "privateIpAddress": attached.private_ip,
        "ipAddress": attached.public.as_ref().map(|public| public.ip),
        "sourceDestCheck": true,
        "groupSet": groups,
        "networkInterfaceSet": [view],
    })
}

fn metadata_options(asked: &Value) -> Value {
    let or = |name: &str, default: &str| asked[name].as_str().unwrap_or(default).to_owned();
    json!({
        "state": "applied",
        "httpTokens": or("HttpTokens", "required"),
        "httpPutResponseHopLimit": or("HttpPutResponseHopLimit", "2"),
        "httpEndpoint": or("HttpEndpoint", "enabled"),
        "httpProtocolIpv6": or("HttpProtocolIpv6", "disabled"),
        "instanceMetadataTags": or("InstanceMetadataTags", "disabled"),
    })
}

fn profile_id(arn: &str) -> String {
    let digits = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(arn)).to_ascii_uppercase();
    format!("AIPA{}", &digits[..17])
}
