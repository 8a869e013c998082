//! What the next container instances are made of.
//!
//! Makes        one version of the launch template, from the one in use; the group pins it later
//! Repeat-safe  found again by its description, the operation's id; the client token makes it once
//! Undo         deletes the version that this operation made

use super::missing;
use crate::aws::autoscaling::Template;
use crate::aws::ec2::TemplateData;
use crate::engine::{Failure, Found, Ready, Resource};
use crate::workflows::DistrictCx;
use crate::workflows::provision_district::{FindImage, Group, parts};

/// Makes a template version.
pub(crate) struct CreateLaunchTemplateVersion;

impl Resource for CreateLaunchTemplateVersion {
    type Cx = DistrictCx;
    type Output = Template;
    const NAME: &'static str = "create_launch_template_version";

    fn ids(template: &Template) -> Vec<String> {
        vec![format!("{}:{}", template.id, template.version)]
    }

    async fn find(&self, cx: &DistrictCx) -> Result<Found<Template>, Failure> {
        let mut ours = vec![];
        for template in cx.aws.ec2.find_launch_templates(&cx.owner).await? {
            let id = template.thing.id;
            let number = cx.aws.ec2.find_template_version(&id, cx.run.operation().as_str()).await?;
            ours.extend(number.map(|number| Template { id, version: number.to_string() }));
        }
        Ok(if ours.is_empty() { Found::Absent } else { Found::Ours(ours) })
    }

    async fn create(&self, cx: &DistrictCx) -> Result<Template, Failure> {
        let name = parts::cluster_name(cx);
        let group = cx.aws.autoscaling.find_group(&name).await?;
        let in_use =
            group.and_then(|group| group.template).ok_or_else(|| missing(&format!("the Auto Scaling group {name}")))?;
        let data = TemplateData {
            image_id: cx.run.output_of(&FindImage)?,
            instance_type: cx.target.spec.instance_type.clone(),
            security_group: parts::security_group(cx, Group::Instance)?,
            public_address: parts::is_public(cx.target.spec.nat_type),
            base: None,
        };
        let (description, token) = (cx.run.operation().as_str(), cx.run.token(self));
        let made = cx.aws.ec2.create_template_version(&in_use.id, &in_use.version, &data, description, token);
        Ok(Template { version: made.await?.to_string(), id: in_use.id })
    }

    async fn ready(&self, _cx: &DistrictCx, _template: &Template) -> Result<Ready, Failure> {
        Ok(Ready::Yes)
    }

    async fn delete(&self, cx: &DistrictCx, template: Template) -> Result<(), Failure> {
        Ok(cx.aws.ec2.delete_template_version(&template.id, &template.version).await?)
    }
}
