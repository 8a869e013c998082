//! The machine images that AWS publishes: Amazon Linux, plain and made ready for ECS, in every region.
//!
//! `aliases` are the names under which Parameter Store gives an image's id away: `ecs:` and the family of an image for
//! ECS, or the last part of a name below `/aws/service/ami-amazon-linux-latest/`.

use sha2::{Digest, Sha256};

/// The day of publication.
pub(crate) const DAY: &str = "20261103";
pub(crate) const AGENT_VERSION: &str = "1.100.0";
pub(crate) const DOCKER_VERSION: &str = "25.0.13";
/// The accounts that own images for ECS and plain Amazon Linux.
const ECS_OWNER: &str = "591542846629";
const LINUX_OWNER: &str = "137112412989";

/// An image that instances can be made from.
#[derive(Debug, Clone)]
pub(crate) struct Image {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) architecture: &'static str,
    pub(crate) owner: &'static str,
    pub(crate) system: &'static str,
    pub(crate) version: String,
    /// The image that it was made from.
    pub(crate) source: String,
    pub(crate) aliases: Vec<String>,
}

/// Families of images for ECS: their places in Parameter Store, architecture, and what is special about them.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/retrieve-ecs-optimized_AMI.html>
const ECS: [(&str, &str, &str); 14] = [
    ("amazon-linux-2023", "x86_64", ""),
    ("amazon-linux-2023/arm64", "arm64", ""),
    ("amazon-linux-2023/gpu", "x86_64", "gpu-"),
    ("amazon-linux-2023/neuron", "x86_64", "neuron-"),
    ("amazon-linux-2", "x86_64", ""),
    ("amazon-linux-2/arm64", "arm64", ""),
    ("amazon-linux-2/gpu", "x86_64", "gpu-"),
    ("amazon-linux-2/inf", "x86_64", "inf-"),
    ("amazon-linux-2/neuron", "x86_64", "neuron-"),
    ("amazon-linux-2/kernel-5.10", "x86_64", "kernel-5.10-"),
    ("amazon-linux-2/kernel-5.10/arm64", "arm64", "kernel-5.10-"),
    ("amazon-linux-2/kernel-5.10/gpu", "x86_64", "kernel-5.10-gpu-"),
    ("amazon-linux-2/kernel-5.10/inf", "x86_64", "kernel-5.10-inf-"),
    ("amazon-linux-2/kernel-5.10/neuron", "x86_64", "kernel-5.10-neuron-"),
];

/// Plain Amazon Linux: the image's name, and its aliases; `ARCH` and `DAY` stand for themselves.
/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters-ami.html>
const LINUX: [(&str, &[&str]); 6] = [
    ("al2023-ami-2023.9.DAY.0-kernel-6.1-ARCH", &["al2023-ami-kernel-default-ARCH", "al2023-ami-kernel-6.1-ARCH"]),
    ("al2023-ami-2023.9.DAY.0-kernel-6.12-ARCH", &["al2023-ami-kernel-6.12-ARCH"]),
    (
        "al2023-ami-minimal-2023.9.DAY.0-kernel-6.1-ARCH",
        &["al2023-ami-minimal-kernel-default-ARCH", "al2023-ami-minimal-kernel-6.1-ARCH"],
    ),
    ("al2023-ami-minimal-2023.9.DAY.0-kernel-6.12-ARCH", &["al2023-ami-minimal-kernel-6.12-ARCH"]),
    ("amzn2-ami-hvm-2.0.DAY.0-ARCH-gp2", &["amzn2-ami-hvm-ARCH-gp2", "amzn2-ami-kernel-4.14-hvm-ARCH-gp2"]),
    (
        "amzn2-ami-kernel-5.10-hvm-2.0.DAY.0-ARCH-gp2",
        &["amzn2-ami-kernel-default-hvm-ARCH-gp2", "amzn2-ami-kernel-5.10-hvm-ARCH-gp2"],
    ),
];

/// The images of a region, those for ECS first.
pub(crate) fn of_region(region: &str) -> Vec<Image> {
    let mut images: Vec<Image> = ECS.iter().map(|family| for_ecs(region, family)).collect();
    for architecture in ["x86_64", "arm64"] {
        images.extend(LINUX.iter().map(|image| plain(region, image, architecture)));
    }
    images
}

fn for_ecs(region: &str, (family, architecture, special): &(&'static str, &'static str, &'static str)) -> Image {
    let of_2023 = family.starts_with("amazon-linux-2023");
    let (version, name, source) = if of_2023 {
        let version = format!("2023.0.{DAY}");
        let name = format!("al2023-ami-ecs-{special}hvm-{version}-kernel-6.1-{architecture}");
        (version, name, format!("al2023-ami-minimal-2023.9.{DAY}.0-kernel-6.1-{architecture}"))
    } else {
        let version = format!("2.0.{DAY}");
        let name = format!("amzn2-ami-ecs-{special}hvm-{version}-{architecture}-ebs");
        (version, name, format!("amzn2-ami-minimal-hvm-2.0.{DAY}.0-{architecture}-ebs"))
    };
    Image {
        id: id(region, &name),
        name,
        architecture,
        owner: ECS_OWNER,
        system: if of_2023 { "Amazon Linux 2023" } else { "Amazon Linux 2" },
        version,
        source,
        aliases: vec![format!("ecs:{family}")],
    }
}

fn plain(region: &str, (name, aliases): &(&str, &[&str]), architecture: &'static str) -> Image {
    let filled = |text: &str| text.replace("ARCH", architecture).replace("DAY", DAY);
    let name = filled(name);
    Image {
        id: id(region, &name),
        architecture,
        owner: LINUX_OWNER,
        system: if name.starts_with("al2023") { "Amazon Linux 2023" } else { "Amazon Linux 2" },
        version: DAY.to_owned(),
        source: name.clone(),
        aliases: aliases.iter().map(|alias| filled(alias)).collect(),
        name,
    }
}

fn id(region: &str, name: &str) -> String {
    format!("ami-0{}", &hex::encode(Sha256::digest(format!("{region} {name}")))[..16])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_image_has_an_id_and_aliases_of_its_own() {
        let images = of_region("eu-west-1");
        let ids: BTreeSet<&str> = images.iter().map(|image| image.id.as_str()).collect();
        let aliases: Vec<&String> = images.iter().flat_map(|image| &image.aliases).collect();
        assert_eq!(ids.len(), images.len());
        assert_eq!(aliases.iter().collect::<BTreeSet<_>>().len(), aliases.len());
    }
}
