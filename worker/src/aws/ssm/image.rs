//! Which image AWS recommends for container instances, told by public parameters.

use super::Ssm;
use crate::aws::NotCalled;
use crate::aws::answer::present;

/// Where AWS tells the ECS-optimised images.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/retrieve-ecs-optimized_AMI.html>
const ROOT: &str = "/aws/service/ecs/optimized-ami/amazon-linux-2023";

impl Ssm {
    /// The id of the newest ECS-optimised image for an architecture (`x86_64`, `arm64`).
    pub async fn ecs_image(&self, architecture: &str) -> Result<String, NotCalled> {
        let name = match architecture {
            "arm64" => format!("{ROOT}/arm64/recommended/image_id"),
            _ => format!("{ROOT}/recommended/image_id"),
        };
        let answer = self.calls.call("ssm", "GetParameter", self.client.get_parameter().name(name).send()).await?;
        present(answer.parameter.and_then(|parameter| parameter.value), "GetParameter", "Value")
    }
}
