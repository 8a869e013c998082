//! Machine images: the ECS-optimised ones of Amazon Linux 2023, one for each architecture in every region.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::filter::Filters;
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// The account that owns ECS's images.
const AMAZON: &str = "591542846629";
pub(crate) const VERSION: &str = "2023.0.20261103";

/// An image that instances can be made from.
pub(crate) struct Image {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) architecture: &'static str,
}

/// The images of a region: `x86_64` and `arm64`.
pub(crate) fn of_region(region: &str) -> [Image; 2] {
    ["x86_64", "arm64"].map(|architecture| {
        let digits = hex::encode(Sha256::digest(format!("{region} {architecture} {VERSION}")));
        let name = format!("al2023-ami-ecs-hvm-{VERSION}-kernel-6.1-{architecture}");
        Image { id: format!("ami-0{}", &digits[..16]), name, architecture }
    })
}

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
            "owner-id" => Some(vec![AMAZON.to_owned()]),
            "owner-alias" => Some(vec!["amazon".to_owned()]),
            "state" => Some(vec!["available".to_owned()]),
            "root-device-type" => Some(vec!["ebs".to_owned()]),
            "virtualization-type" => Some(vec!["hvm".to_owned()]),
            "is-public" => Some(vec!["true".to_owned()]),
            _ => None,
        })?;
        let owned = owners.is_empty() || owners.contains(&"amazon") || owners.contains(&AMAZON);
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
        "imageOwnerId": AMAZON,
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
