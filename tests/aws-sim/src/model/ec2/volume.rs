//! EBS volumes, as far as instances have them.

use serde_json::{Value, json};

use super::instance::Instance;
use super::table::{Kind, Resource, identified, one};
use super::{State, image, tagging};
use crate::model::clock::{Moment, iso};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::inventory::Item;
use crate::model::tags::Tags;

/// Types of volumes with their smallest and largest size in GiB.
/// <https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html>
const TYPES: [(&str, i64, i64); 7] = [
    ("gp2", 1, 16_384),
    ("gp3", 1, 65_536),
    ("io1", 4, 16_384),
    ("io2", 4, 65_536),
    ("st1", 125, 16_384),
    ("sc1", 125, 16_384),
    ("standard", 1, 1024),
];

/// One volume.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct Volume {
    id: String,
    zone: String,
    made_of: Disk,
    attached: Option<Attached>,
    created: Moment,
    tags: Tags,
}

/// What a new volume shall be.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Disk {
    pub(super) device: String,
    size: i64,
    kind: String,
    iops: Option<i64>,
    throughput: Option<i64>,
    encrypted: bool,
    snapshot_id: Option<String>,
    delete_on_termination: bool,
}

#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
struct Attached {
    instance_id: String,
    since: Moment,
}

impl Resource for Volume {
    const KIND: Kind = Kind {
        plural: "volumes",
        tag_type: "volume",
        ids: "VolumeId",
        set: "volumeSet",
        not_found: ("InvalidVolume.NotFound", "volume"),
    };
    identified!(id);

    fn field(&self, filter: &str) -> Option<Vec<String>> {
        let of_attachment = |value: String| Some(self.attached.iter().map(|_| value.clone()).collect());
        match filter {
            "volume-id" => one(&self.id),
            "volume-type" => one(&self.made_of.kind),
            "availability-zone" => one(&self.zone),
            "size" => one(self.made_of.size),
            "encrypted" => one(self.made_of.encrypted),
            "snapshot-id" => Some(self.made_of.snapshot_id.clone().into_iter().collect()),
            "status" => one(self.state()),
            "create-time" => one(iso(self.created)),
            "attachment.instance-id" => Some(self.attached.iter().map(|it| it.instance_id.clone()).collect()),
            "attachment.device" => of_attachment(self.made_of.device.clone()),
            "attachment.delete-on-termination" => of_attachment(self.made_of.delete_on_termination.to_string()),
            "attachment.status" => of_attachment("attached".to_owned()),
            _ => None,
        }
    }

    fn state(&self) -> &'static str {
        if self.attached.is_some() { "in-use" } else { "available" }
    }

    fn inventory(&self, item: Item) -> Item {
        item.with("size", self.made_of.size)
    }
}

impl Disk {
    /// The disks of a new instance: the image's, as the call changes it, and those that the call adds.
    pub(super) fn read_all(input: &Input<'_>, image: &image::Image) -> Result<Vec<Self>, AwsError> {
        let mut disks = vec![Self {
            device: image::ROOT_DEVICE.to_owned(),
            size: image::ROOT_SIZE,
            kind: "gp3".to_owned(),
            iops: None,
            throughput: None,
            encrypted: false,
            snapshot_id: Some(image.snapshot_id()),
            delete_on_termination: true,
        }];
        for mapping in input.parts("BlockDeviceMapping") {
            let device = mapping.required("DeviceName")?;
            if mapping.has("NoDevice") {
                disks.retain(|disk| disk.device != device);
                continue;
            }
            let ebs = mapping.part("Ebs");
            match disks.iter_mut().find(|disk| disk.device == device) {
                Some(disk) => disk.change(&ebs)?,
                None => {
                    let mut disk = Self { device: device.to_owned(), size: 0, snapshot_id: None, ..disks[0].clone() };
                    disk.change(&ebs)?;
                    disks.push(disk);
                }
            }
        }
        Ok(disks)
    }

    fn change(&mut self, ebs: &Input<'_>) -> Result<(), AwsError> {
        let smallest = if self.snapshot_id.is_some() { self.size } else { 1 };
        self.size = ebs.int("VolumeSize")?.unwrap_or(self.size);
        if let Some(kind) = ebs.text("VolumeType") {
            kind.clone_into(&mut self.kind);
        }
        (self.iops, self.throughput) = (ebs.int("Iops")?, ebs.int("Throughput")?);
        self.encrypted = ebs.flag("Encrypted")?.unwrap_or(self.encrypted);
        self.delete_on_termination = ebs.flag("DeleteOnTermination")?.unwrap_or(self.delete_on_termination);
        let Some((_, least, most)) = TYPES.iter().find(|(kind, ..)| *kind == self.kind) else {
            return Err(invalid(format!("Invalid value '{}' for VolumeType.", self.kind)));
        };
        if self.size < smallest {
            return Err(invalid(format!(
                "Volume of size {}GB is smaller than snapshot, expect size >= {smallest}GB",
                self.size
            )));
        }
        if !(*least..=*most).contains(&self.size) {
            return Err(invalid(format!("Volume size {} is not between {least} and {most} GiB.", self.size)));
        }
        Ok(())
    }

    fn iops(&self) -> Option<i64> {
        match self.kind.as_str() {
            "gp3" => Some(self.iops.unwrap_or(3000)),
            "gp2" => Some((self.size * 3).clamp(100, 16_000)),
            _ => self.iops,
        }
    }
}

fn invalid(message: String) -> AwsError {
    AwsError::new("InvalidBlockDeviceMapping", message)
}

/// Makes a new instance's volume.
pub(super) fn make(context: &mut Context<'_>, disk: &Disk, instance_id: &str, zone: &str, tags: &Tags) -> String {
    let (id, created) = (context.id("vol"), context.now);
    context.region().ec2.volumes.insert(Volume {
        id: id.clone(),
        zone: zone.to_owned(),
        made_of: disk.clone(),
        attached: Some(Attached { instance_id: instance_id.to_owned(), since: created }),
        created,
        tags: tags.clone(),
    });
    id
}

/// A volume whose instance is gone goes too, or is free.
pub(super) fn instance_terminated(ec2: &mut State, id: &str) {
    let Some(volume) = ec2.volumes.get_mut(id) else { return };
    volume.attached = None;
    if volume.made_of.delete_on_termination {
        ec2.volumes.remove(id);
    }
}

pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    context.region().ec2.volumes.describe(input, render)
}

pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let id = input.required("VolumeId")?;
    let volumes = &mut context.region().ec2.volumes;
    if let Some(attached) = &volumes.find(id)?.attached {
        let message = format!("Volume {id} is currently attached to {}", attached.instance_id);
        return Err(AwsError::new("VolumeInUse", message));
    }
    volumes.remove(id);
    Ok(json!({"return": true}))
}

/// The volumes of an instance, as instances show them.
pub(super) fn mappings(ec2: &State, instance: &Instance) -> Value {
    let volumes = instance.volumes.values().filter_map(|id| ec2.volumes.get(id));
    volumes
        .map(|volume| {
            json!({
                "deviceName": volume.made_of.device,
                "ebs": {
                    "volumeId": volume.id,
                    "status": "attached",
                    "attachTime": volume.attached.as_ref().map(|attached| iso(attached.since)),
                    "deleteOnTermination": volume.made_of.delete_on_termination,
                },
            })
        })
        .collect()
}

/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Volume.html>
fn render(volume: &Volume) -> Value {
    let disk = &volume.made_of;
    let attachment = volume.attached.iter().map(|attached| {
        json!({
            "volumeId": volume.id, "instanceId": attached.instance_id, "device": disk.device, "status": "attached",
            "attachTime": iso(attached.since), "deleteOnTermination": disk.delete_on_termination,
        })
    });
    json!({
        "volumeId": volume.id,
        "size": disk.size,
        "volumeType": disk.kind,
        "iops": disk.iops(),
        "throughput": (disk.kind == "gp3").then(|| disk.throughput.unwrap_or(125)),
        "snapshotId": disk.snapshot_id.as_deref().unwrap_or_default(),
        "availabilityZone": volume.zone,
        "status": volume.state(),
        "createTime": iso(volume.created),
        "encrypted": disk.encrypted,
        "multiAttachEnabled": false,
        "attachmentSet": attachment.collect::<Vec<_>>(),
        "tagSet": tagging::tag_set(&volume.tags),
    })
}
