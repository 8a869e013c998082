//! Machine images: those that AWS publishes in every region.

use serde_json::{Value, json};

use super::describing;
use super::filter::Filters;
pub(crate) use super::published::{AGENT_VERSION, DOCKER_VERSION, Image, of_region};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::ssm;

const PUBLISHED: &str = "2026-11-03T00:00:00.000Z";
pub(super) const ROOT_DEVICE: &str = "/dev/xvda";
/// GiB.
pub(super) const ROOT_SIZE: i64 = 30;

impl Image {
    fn description(&self) -> String {
        format!("{} AMI {} HVM", self.system, self.version)
    }

    pub(super) fn snapshot_id(&self) -> String {
        self.id.replace("ami-", "snap-")
    }

    fn field(&self, filter: &str) -> Option<Vec<String>> {
        let value = match filter {
            "image-id" => self.id.clone(),
            "name" => self.name.clone(),
            "description" => self.description(),
            "architecture" => self.architecture.to_owned(),
            "owner-id" => self.owner.to_owned(),
            "owner-alias" => "amazon".to_owned(),
            "creation-date" => PUBLISHED.to_owned(),
            "state" => "available".to_owned(),
            "image-type" => "machine".to_owned(),
            "root-device-type" => "ebs".to_owned(),
            "root-device-name" | "block-device-mapping.device-name" => ROOT_DEVICE.to_owned(),
            "block-device-mapping.volume-type" => "gp3".to_owned(),
            "block-device-mapping.volume-size" => ROOT_SIZE.to_string(),
            "virtualization-type" => "hvm".to_owned(),
            "hypervisor" => "xen".to_owned(),
            "is-public" | "ena-support" => "true".to_owned(),
            _ => return None,
        };
        Some(vec![value])
    }
}

/// The image with that id.
pub(crate) fn find(region: &str, id: &str) -> Result<Image, AwsError> {
    of_region(region)
        .into_iter()
        .find(|image| image.id == id)
        .ok_or_else(|| AwsError::new("InvalidAMIID.NotFound", format!("The image id '[{id}]' does not exist")))
}

/// The image that a launch names: by its id, or by the parameter that holds it, as `resolve:ssm:name`, with a version or
/// a label behind another colon.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-systems-manager-parameter-to-find-AMI.html>
pub(super) fn named(context: &mut Context<'_>, text: &str) -> Result<Image, AwsError> {
    let id = resolved(context, text)?;
    find(&context.place.region, &id)
}

/// The id that a parameter holds; an id is itself.
pub(super) fn resolved(context: &mut Context<'_>, text: &str) -> Result<String, AwsError> {
    let Some(parameter) = text.strip_prefix("resolve:ssm:") else { return Ok(text.to_owned()) };
    ssm::value(context, parameter).ok_or_else(|| {
        let message = format!("The Systems Manager parameter '{parameter}' for ImageId cannot be resolved.");
        AwsError::new("InvalidParameterValue", message)
    })
}

pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (region, account) = (context.place.region.clone(), context.place.account.clone());
    let (filters, ids, owners) = (Filters::read(input), input.texts("ImageId"), input.texts("Owner"));
    for owner in &owners {
        let is_account = owner.len() == 12 && owner.bytes().all(|one| one.is_ascii_digit());
        if !is_account && !matches!(*owner, "self" | "amazon" | "aws-marketplace" | "aws-backup-vault") {
            return Err(AwsError::new("InvalidUserID.Malformed", format!("Invalid user id: \"{owner}\"")));
        }
    }
    let missing: Vec<&str> = ids.iter().copied().filter(|id| find(&region, id).is_err()).collect();
    match missing.as_slice() {
        [] => {}
        [id] => return Err(AwsError::new("InvalidAMIID.NotFound", format!("The image id '[{id}]' does not exist"))),
        ids => {
            let message = format!("The image ids '[{}]' do not exist", ids.join(", "));
            return Err(AwsError::new("InvalidAMIID.NotFound", message));
        }
    }
    let owned = |image: &Image| {
        owners.is_empty()
            || owners.contains(&"amazon")
            || owners.contains(&image.owner)
            || (owners.contains(&"self") && image.owner == &*account)
    };
    let mut all = of_region(&region);
    all.sort_by(|one, other| one.id.cmp(&other.id));
    let asked = all.into_iter().filter(|image| ids.is_empty() || ids.contains(&&*image.id));
    let kept = asked.filter(|image| owned(image) && filters.keep_by(|filter| image.field(filter)));
    describing::paged(input, "imagesSet", kept.map(|image| (image.id.clone(), image)).collect(), |image| render(&image))
}

fn render(image: &Image) -> Value {
    let disk = json!({
        "snapshotId": image.snapshot_id(), "volumeSize": ROOT_SIZE, "volumeType": "gp3", "iops": 3000,
        "throughput": 125, "deleteOnTermination": true, "encrypted": false,
    });
    json!({
        "imageId": image.id,
        "name": image.name,
        "description": image.description(),
        "imageLocation": format!("amazon/{}", image.name),
        "imageState": "available",
        "imageOwnerId": image.owner,
        "imageOwnerAlias": "amazon",
        "architecture": image.architecture,
        "imageType": "machine",
        "isPublic": true,
        "rootDeviceName": ROOT_DEVICE,
        "rootDeviceType": "ebs",
        "virtualizationType": "hvm",
        "hypervisor": "xen",
        "enaSupport": true,
        "imdsSupport": "v2.0",
        "sriovNetSupport": "simple",
        "bootMode": if image.architecture == "arm64" { "uefi" } else { "uefi-preferred" },
        "platformDetails": "Linux/UNIX",
        "usageOperation": "RunInstances",
        "creationDate": PUBLISHED,
        "blockDeviceMapping": [{"deviceName": ROOT_DEVICE, "ebs": disk}],
        "tagSet": [],
    })
}
