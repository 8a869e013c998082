//! The public parameters by which AWS tells its current images.
//!
//! <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/retrieve-ecs-optimized_AMI.html>
//! <https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters-ami.html>

use serde_json::{Value, json};

use crate::model::ec2::image::{self, Image};

/// Below this, all parameters are AWS's.
pub(super) const ROOT: &str = "/aws/service/";
const ECS: &str = "/aws/service/ecs/optimized-ami/";
const LINUX: &str = "/aws/service/ami-amazon-linux-latest/";
/// When the images were published, in seconds since 1970.
const MODIFIED: u64 = 1_793_664_000;

/// The value of a public parameter.
pub(super) fn value(region: &str, name: &str) -> Option<String> {
    if !name.starts_with(ROOT) {
        return None;
    }
    all(region).into_iter().find(|(known, _)| known == name).map(|(_, value)| value)
}

/// Every public parameter of a region with its value.
pub(super) fn all(region: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for image in image::of_region(region) {
        for alias in &image.aliases {
            match alias.strip_prefix("ecs:") {
                Some(family) => add_ecs(&mut all, family, &image),
                None => all.push((format!("{LINUX}{alias}"), image.id.clone())),
            }
        }
    }
    all
}

/// The image that is recommended, as a document and member by member, and the same under the image's name.
fn add_ecs(all: &mut Vec<(String, String)>, family: &str, image: &Image) {
    let members = [
        ("ecs_agent_version", image::AGENT_VERSION.to_owned()),
        ("ecs_runtime_version", format!("Docker version {}", image::DOCKER_VERSION)),
        ("image_id", image.id.clone()),
        ("image_name", image.name.clone()),
        ("image_version", image.version.clone()),
        ("os", image.system.to_owned()),
        ("schema_version", "1".to_owned()),
        ("source_image_name", image.source.clone()),
    ];
    let mut document = json!({});
    for (member, value) in &members {
        document[*member] = if *member == "schema_version" { json!(1) } else { json!(value) };
    }
    let place = format!("{ECS}{family}");
    all.push((format!("{place}/recommended"), document.to_string()));
    all.push((format!("{place}/{}", image.name), document.to_string()));
    all.push((format!("{place}/{}/image_id", image.name), image.id.clone()));
    for (member, value) in members {
        all.push((format!("{place}/recommended/{member}"), value));
    }
}

/// As GetParameter shows one.
pub(super) fn render(region: &str, name: &str, value: &str) -> Value {
    json!({
        "Name": name, "Type": "String", "Value": value, "Version": 1, "LastModifiedDate": MODIFIED,
        "ARN": format!("arn:aws:ssm:{region}::parameter{name}"), "DataType": "text",
    })
}
