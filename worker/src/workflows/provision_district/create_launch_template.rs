//! What the container instances are made of.
//!
//! Makes        one launch template: ECS-optimised image, IMDSv2 required, encrypted gp3, the cluster's name in user data
//! Repeat-safe  found again by the tags set in the creating call; the client token makes it once
//! Undo         deletes the one that this operation made

use super::{CreateInstanceProfile, FindImage, Group, parts};
use crate::aws::autoscaling::Template;
use crate::aws::ec2::{TemplateBase, TemplateData};
use crate::engine::{Failure, Found, Ready, Resource};
use crate::workflows::DistrictCx;

/// Makes the launch template.
pub(crate) struct CreateLaunchTemplate;

impl Resource for CreateLaunchTemplate {
    type Cx = DistrictCx;
    type Output = Template;
    const NAME: &'static str = "create_launch_template";

    fn ids(template: &Template) -> Vec<String> {
        vec![template.id.clone()]
    }

    async fn find(&self, cx: &DistrictCx) -> Result<Found<Template>, Failure> {
        let seen = cx.aws.ec2.find_launch_templates(&cx.owner).await?;
        let pinned: Vec<_> = seen.into_iter().map(|seen| seen.map(|template| first_version(template.id))).collect();
        Ok(cx.owner.found(&pinned))
    }

    async fn create(&self, cx: &DistrictCx) -> Result<Template, Failure> {
        let name = parts::name(cx, "instances");
        let tags = cx.owner.tags(&name);
        let base = TemplateBase {
            profile_arn: cx.run.output_of(&CreateInstanceProfile)?,
            user_data: user_data(&parts::cluster_name(cx)),
            tags: tags.clone(),
        };
        let data = TemplateData {
            image_id: cx.run.output_of(&FindImage)?,
            instance_type: cx.target.spec.instance_type.clone(),
            security_group: parts::security_group(cx, Group::Instance)?,
            public_address: parts::is_public(cx.target.spec.nat_type),
            base: Some(base),
        };
        let id = cx.aws.ec2.create_launch_template(&name, &data, cx.run.token(self), &tags).await?;
        Ok(first_version(id))
    }

    async fn ready(&self, _cx: &DistrictCx, _template: &Template) -> Result<Ready, Failure> {
        Ok(Ready::Yes)
    }

    async fn delete(&self, cx: &DistrictCx, template: Template) -> Result<(), Failure> {
        Ok(cx.aws.ec2.delete_launch_template(&template.id).await?)
    }
}

fn first_version(id: String) -> Template {
    Template { id, version: "1".to_owned() }
}

/// Tells the ECS agent its cluster.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-agent-config.html>
fn user_data(cluster: &str) -> String {
    format!(
        "#!/bin/bash\ncat <<'EOF' >> /etc/ecs/ecs.config\nECS_CLUSTER={cluster}\nECS_RESERVED_MEMORY=256\n\
         ECS_ENABLE_CONTAINER_METADATA=true\nEOF\n"
    )
}
