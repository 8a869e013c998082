//! The public parameters by which AWS tells the current ECS-optimised image.
//!
//! <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/retrieve-ecs-optimized_AMI.html>

use serde_json::json;

use crate::model::ec2::image;

const ROOT: &str = "/aws/service/ecs/optimized-ami/amazon-linux-2023/";
/// When the images were published, in seconds since 1970.
pub(super) const MODIFIED: u64 = 1_793_664_000;

/// The value of a public parameter.
pub(super) fn value(region: &str, name: &str) -> Option<String> {
    let below = name.strip_prefix(ROOT)?;
    let (architecture, leaf) = match below.strip_prefix("arm64/") {
        Some(leaf) => ("arm64", leaf),
        None => ("x86_64", below),
    };
    let image = image::of_region(region).into_iter().find(|image| image.architecture == architecture)?;
    match leaf {
        "recommended/image_id" => Some(image.id),
        "recommended/image_name" => Some(image.name),
        "recommended" => Some(
            json!({
                "ecs_agent_version": "1.100.0", "ecs_runtime_version": "Docker version 25.0.13",
                "image_id": image.id, "image_name": image.name, "image_version": image::VERSION,
                "os": "Amazon Linux 2023", "schema_version": 1, "source_image_name": "al2023-ami-minimal",
            })
            .to_string(),
        ),
        _ => None,
    }
}
