//! The image of the container instances.
//!
//! Makes        nothing; the newest ECS-optimised image for the instance type's architecture, kept in the journal
//! Repeat-safe  reads only
//! Undo         none

use shared::problem::Code;

use crate::engine::{Failure, Step, Turn, Undone};
use crate::workflows::DistrictCx;

/// Finds the image.
pub(crate) struct FindImage;

impl Step for FindImage {
    type Cx = DistrictCx;
    /// The image's id.
    type Output = String;
    const NAME: &'static str = "find_image";
    const LOOKS: bool = true;

    fn resources(image: &String) -> Vec<String> {
        vec![image.clone()]
    }

    async fn run(&self, cx: &DistrictCx) -> Result<Turn<String>, Failure> {
        let kind = &cx.target.spec.instance_type;
        let Some(architectures) = cx.aws.ec2.find_architectures(kind).await? else {
            let detail = format!("there is no instance type {kind} in {}", cx.aws.region);
            return Err(Failure::permanent(Code::InvalidField, detail));
        };
        let architecture = if architectures.iter().any(|one| one == "arm64") { "arm64" } else { "x86_64" };
        Ok(Turn::Done(cx.aws.ssm.ecs_image(architecture).await?))
    }

    async fn undo(&self, _cx: &DistrictCx) -> Result<Undone, Failure> {
        Ok(Undone::Done(vec![]))
    }
}
