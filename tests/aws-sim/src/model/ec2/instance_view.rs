//! How instances are described.

use indexmap::IndexMap;
use serde_json::{Value, json};

use super::instance::Instance;
use super::{State, image, interface_view, tagging, volume};
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

/// An instance with everything about it.
fn render(ec2: &State, instance: &Instance, place: &Place) -> Value {
    let mut tree = plain(instance);
    let parts = [network(ec2, instance, place), machine(ec2, instance)];
    if let Some(members) = tree.as_object_mut() {
        for part in parts {
            members.extend(part.as_object().cloned().unwrap_or_default());
        }
    }
    if let Some((code, message)) = &instance.reason {
        tree["stateReason"] = json!({"code": code, "message": message});
    }
    if let Some(arn) = &instance.profile_arn {
        tree["iamInstanceProfile"] = json!({"arn": arn, "id": profile_id(arn)});
    }
    tree
}

/// What the instance itself knows.
fn plain(instance: &Instance) -> Value {
    json!({
        "instanceId": instance.id,
        "imageId": instance.image_id,
        "instanceState": instance.stage.render(),
        "reason": instance.reason.as_ref().map_or("", |(_, text)| text.as_str()),
        "keyName": instance.key_name,
        "amiLaunchIndex": instance.launch_index,
        "instanceType": instance.instance_type,
        "launchTime": iso(instance.launched),
        "placement": {"availabilityZone": instance.zone, "groupName": "", "tenancy": "default"},
        "monitoring": {"state": instance.options.monitoring_state()},
        "architecture": instance.architecture,
        "clientToken": instance.client_token.as_deref().unwrap_or_default(),
        "instanceLifecycle": instance.is_spot.then_some("spot"),
        "spotInstanceRequestId": instance.is_spot.then(|| format!("sir-{}", &instance.id[instance.id.len() - 8..])),
        "tagSet": tagging::tag_set(&instance.tags),
    })
}

/// What it is made of.
fn machine(ec2: &State, instance: &Instance) -> Value {
    json!({
        "rootDeviceType": "ebs",
        "rootDeviceName": image::ROOT_DEVICE,
        "blockDeviceMapping": volume::mappings(ec2, instance),
        "virtualizationType": "hvm",
        "hypervisor": "xen",
        "enaSupport": true,
        "ebsOptimized": instance.options.ebs_optimized,
        "productCodes": [],
        "capacityReservationSpecification": {"capacityReservationPreference": "open"},
        "hibernationOptions": {"configured": false},
        "enclaveOptions": {"enabled": false},
        "metadataOptions": instance.metadata.render("applied"),
        "maintenanceOptions": {"autoRecovery": "default"},
        "privateDnsNameOptions": {
            "hostnameType": "ip-name", "enableResourceNameDnsARecord": false, "enableResourceNameDnsAAAARecord": false,
        },
        "platformDetails": "Linux/UNIX",
        "usageOperation": "RunInstances",
        "usageOperationUpdateTime": iso(instance.launched),
        "bootMode": if instance.architecture == "arm64" { "uefi" } else { "uefi-preferred" },
        "currentInstanceBootMode": "uefi",
    })
}

/// Where the instance is reached; nothing once it is terminated.
fn network(ec2: &State, instance: &Instance, place: &Place) -> Value {
    let Some(first) = ec2.interfaces.get(&instance.interface_id) else {
        return json!({"networkInterfaceSet": [], "privateDnsName": "", "dnsName": ""});
    };
    let public_ip = first.public.as_ref().map(|public| public.ip);
    // A public name is given where the VPC has DNS hostnames.
    let named = ec2.vpcs.get(&instance.vpc_id).is_some_and(|vpc| vpc.dns_hostnames);
    let dns_name = public_ip.filter(|_| named).map(|ip| interface_view::public_dns_name(&place.region, ip));
    let attached = instance.interfaces().filter_map(|id| ec2.interfaces.get(id));
    json!({
        "vpcId": instance.vpc_id,
        "subnetId": instance.subnet_id,
        "privateIpAddress": first.private_ip,
        "privateDnsName": interface_view::private_dns_name(&place.region, first.private_ip),
        "ipAddress": public_ip,
        "dnsName": dns_name.unwrap_or_default(),
        "sourceDestCheck": first.source_dest_check,
        "groupSet": interface_view::group_set(ec2, &first.groups),
        "networkInterfaceSet": attached.map(|one| interface_view::of_instance(ec2, one, place)).collect::<Vec<_>>(),
    })
}

fn profile_id(arn: &str) -> String {
    let digits = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(arn)).to_ascii_uppercase();
    format!("AIPA{}", &digits[..17])
}
