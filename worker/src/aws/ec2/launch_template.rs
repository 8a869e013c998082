//! Launch templates and their versions.

use aws_sdk_ec2::types::{
    LaunchTemplateBlockDeviceMappingRequest, LaunchTemplateEbsBlockDeviceRequest, LaunchTemplateHttpTokensState,
    LaunchTemplateIamInstanceProfileSpecificationRequest, LaunchTemplateInstanceMetadataOptionsRequest,
    LaunchTemplateInstanceNetworkInterfaceSpecificationRequest, LaunchTemplateTagSpecificationRequest,
    RequestLaunchTemplateData, ResourceType, VolumeType,
};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use uuid::Uuid;

use super::{Ec2, in_scope, seen, tagged};
use crate::aws::answer::present;
use crate::aws::{AbsentOk, NotCalled, Owner, Seen, Tag};

/// The root device of the ECS-optimised images, and how large it is made, in GiB.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-ami-storage-config.html>
const ROOT: (&str, i32) = ("/dev/xvda", 100);

const ABSENT: [&str; 2] = ["InvalidLaunchTemplateId.NotFound", "InvalidLaunchTemplateName.NotFoundException"];

/// A launch template, in one version.
#[derive(Clone, Debug)]
pub struct LaunchTemplate {
    /// `lt-…`
    pub id: String,
    /// The newest version.
    pub latest: i64,
}

/// What instances are made of.
#[derive(Clone, Debug)]
pub struct TemplateData {
    /// `ami-…`
    pub image_id: String,
    /// `t3.small`
    pub instance_type: String,
    /// `sg-…`
    pub security_group: String,
    /// Whether instances have a public address.
    pub public_address: bool,
    /// What only the first version says; later ones take it from there.
    pub base: Option<TemplateBase>,
}

/// What all versions of a template have in common.
#[derive(Clone, Debug)]
pub struct TemplateBase {
    /// ARN of the instance profile.
    pub profile_arn: String,
    /// The script that an instance runs when it starts.
    pub user_data: String,
    /// Tags of instances and volumes.
    pub tags: Vec<Tag>,
}

impl Ec2 {
    /// Launch templates in the owner's scope.
    pub async fn find_launch_templates(&self, owner: &Owner) -> Result<Vec<Seen<LaunchTemplate>>, NotCalled> {
        let request = self.client.describe_launch_templates().set_filters(in_scope(owner, None));
        let answer = self.calls.call("ec2", "DescribeLaunchTemplates", request.send()).await?;
        let each = answer.launch_templates().iter().filter_map(|template| {
            let id = template.launch_template_id()?.to_owned();
            let latest = template.latest_version_number()?;
            seen(owner, LaunchTemplate { id, latest }, template.tags(), false)
        });
        Ok(each.collect())
    }

    /// Makes a launch template; the same token makes it once. Its id.
    pub async fn create_launch_template(
        &self,
        name: &str,
        data: &TemplateData,
        token: Uuid,
        tags: &[Tag],
    ) -> Result<String, NotCalled> {
        let request = self.client.create_launch_template().launch_template_name(name).client_token(token);
        let request = request.launch_template_data(written(data));
        let request = request.tag_specifications(tagged(ResourceType::LaunchTemplate, tags));
        let answer = self.calls.call("ec2", "CreateLaunchTemplate", request.send()).await?;
        let id = answer.launch_template.and_then(|template| template.launch_template_id);
        present(id, "CreateLaunchTemplate", "launchTemplateId")
    }

    /// The version whose description is this one.
    pub async fn find_template_version(&self, id: &str, description: &str) -> Result<Option<i64>, NotCalled> {
        let request = self.client.describe_launch_template_versions().launch_template_id(id);
        let answer = self.calls.call("ec2", "DescribeLaunchTemplateVersions", request.send()).await;
        let versions = answer.absent_ok(&ABSENT)?.and_then(|answer| answer.launch_template_versions);
        let described = versions.unwrap_or_default().into_iter();
        let mut described = described.filter(|version| version.version_description() == Some(description));
        Ok(described.next().and_then(|version| version.version_number))
    }

    /// Makes a version that differs from `source` in `data`. Its number.
    pub async fn create_template_version(
        &self,
        id: &str,
        source: &str,
        data: &TemplateData,
        description: &str,
        token: Uuid,
    ) -> Result<i64, NotCalled> {
        let request = self.client.create_launch_template_version().launch_template_id(id).source_version(source);
        let request = request.version_description(description).client_token(token).launch_template_data(written(data));
        let answer = self.calls.call("ec2", "CreateLaunchTemplateVersion", request.send()).await?;
        let number = answer.launch_template_version.and_then(|version| version.version_number);
        present(number, "CreateLaunchTemplateVersion", "versionNumber")
    }

    /// Deletes a version.
    pub async fn delete_template_version(&self, id: &str, number: &str) -> Result<(), NotCalled> {
        let request = self.client.delete_launch_template_versions().launch_template_id(id);
        let request = request.versions(number);
        let answer = self.calls.call("ec2", "DeleteLaunchTemplateVersions", request.send()).await;
        answer.absent_ok(&ABSENT).map(|_| ())
    }

    /// Deletes a launch template with all its versions.
    pub async fn delete_launch_template(&self, id: &str) -> Result<(), NotCalled> {
        let request = self.client.delete_launch_template().launch_template_id(id);
        self.calls.call("ec2", "DeleteLaunchTemplate", request.send()).await.absent_ok(&ABSENT).map(|_| ())
    }
}

fn written(data: &TemplateData) -> RequestLaunchTemplateData {
    let interface = LaunchTemplateInstanceNetworkInterfaceSpecificationRequest::builder()
        .device_index(0)
        .associate_public_ip_address(data.public_address)
        .delete_on_termination(true)
        .groups(&data.security_group)
        .build();
    let request = RequestLaunchTemplateData::builder()
        .image_id(&data.image_id)
        .instance_type(data.instance_type.as_str().into())
        .network_interfaces(interface);
    let Some(base) = &data.base else { return request.build() };
    let profile = LaunchTemplateIamInstanceProfileSpecificationRequest::builder().arn(&base.profile_arn).build();
    let metadata = LaunchTemplateInstanceMetadataOptionsRequest::builder()
        .http_tokens(LaunchTemplateHttpTokensState::Required)
        .http_put_response_hop_limit(1)
        .build();
    request
        .iam_instance_profile(profile)
        .metadata_options(metadata)
        .block_device_mappings(root_volume())
        .user_data(BASE64_STANDARD.encode(&base.user_data))
        .tag_specifications(launched(ResourceType::Instance, &base.tags))
        .tag_specifications(launched(ResourceType::Volume, &base.tags))
        .build()
}

fn root_volume() -> LaunchTemplateBlockDeviceMappingRequest {
    let (device, size) = ROOT;
    let volume = LaunchTemplateEbsBlockDeviceRequest::builder()
        .encrypted(true)
        .delete_on_termination(true)
        .volume_type(VolumeType::Gp3)
        .volume_size(size)
        .build();
    LaunchTemplateBlockDeviceMappingRequest::builder().device_name(device).ebs(volume).build()
}

fn launched(kind: ResourceType, tags: &[Tag]) -> LaunchTemplateTagSpecificationRequest {
    let tags = tagged(kind.clone(), tags).tags;
    LaunchTemplateTagSpecificationRequest::builder().resource_type(kind).set_tags(tags).build()
}
