//! Machine images: those that AWS publishes in every region.

use serde_json::{Value, json};

use super::filter::Filters;
pub(crate) use super::published::{AGENT_VERSION, DOCKER_VERSION, Image, of_region};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// The image with that id.
pub(crate) fn find(region: &str, id: &str) -> Result<Image, AwsError> {
    of_region(region)
        .into_iter()
        .find(|image| image.id == id)
        .ok_or_else(|| AwsError::new("InvalidAMIID.NotFound", format!("The image id '[{id}]' does not exist")))
}

pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let region = context.place.region.clone();
    let (filters, ids, owners) = (Filters::read(input), input.texts("ImageId"), input.texts("Owner"));
    for id in &ids {
        find(&region, id)?;
    }
    let mut set: Vec<Value> = Vec::new();
    for image in of_region(&region) {
        let kept = filters.keep_by(|filter| match filter {
            "image-id" => Some(vec![image.id.clone()]),
            "name" => Some(vec![image.name.clone()]),
            "architecture" => Some(vec![image.architecture.to_owned()]),
            "owner-id" => Some(vec![image.owner.to_owned()]),
            "owner-alias" => Some(vec!["amazon".to_owned()]),
            "state" => Some(vec!["available".to_owned()]),
            "root-device-type" => Some(vec!["ebs".to_owned()]),
            "virtualization-type" => Some(vec!["hvm".to_owned()]),
            "is-public" => Some(vec!["true".to_owned()]),
            _ => None,
        })?;
        let owned = owners.is_empty() || owners.contains(&"amazon") || owners.contains(&image.owner);
        if kept && owned && (ids.is_empty() || ids.contains(&&*image.id)) {
            set.push(render(&image));
        }
    }
    Ok(json!({ "imagesSet": set }))
}

fn render(image: &Image) -> Value {
    let disk = json!({"volumeSize": 30, "volumeType": "gp3", "deleteOnTermination": true, "encrypted": false});
    json!({
        "imageId": image.id,
        "name": image.name,
        "imageLocation": format!("amazon/{}", image.name),
        "imageState": "available",
        "imageOwnerId": image.owner,
        "imageOwnerAlias": "amazon",
        "architecture": image.architecture,
        "imageType": "machine",
        "isPublic": true,
        "rootDeviceName": "/dev/xvda",
        "rootDeviceType": "ebs",
        "virtualizationType": "hvm",
        "hypervisor": "xen",
        "enaSupport": true,
        "creationDate": "2026-11-03T00:00:00.000Z",
        "blockDeviceMapping": [{"deviceName": "/dev/xvda", "ebs": disk}],
    })
}
