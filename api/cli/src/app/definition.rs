//! What an application is to be: from a file, from options, or from a file with some of it replaced by options.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use bcn::change::fields;
use clap::Args;
use serde_json::{Map, Value};

use super::env::Pair;
use crate::options::misuse;
use crate::service_options::Services;

/// What an application is to be.
#[derive(Debug, Args)]
#[command(next_help_heading = "Application")]
pub(crate) struct Definition {
    /// Image to run, such as nginx:1.9 or registry.example.com:5000/team/app.
    #[arg(long)]
    image: Option<String>,
    /// Tag of the image; stands over one in --image.
    #[arg(long)]
    tag: Option<String>,
    /// Set an environment variable; K alone takes the value from bcn's own environment. May be repeated.
    #[arg(long, value_name = "K=V")]
    env: Vec<Pair>,
    /// JSON file with the body of the request (`-` reads stdin); options given besides replace its fields.
    #[arg(long, value_name = "PATH")]
    file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) services: Services,
}

impl Definition {
    /// The body of the request.
    pub(crate) fn document(&self) -> Result<Map<String, Value>> {
        let mut document = self.file.as_deref().map(read).transpose()?.unwrap_or_default();
        let (name, tag) = self.image.as_deref().map(split).unzip();
        let env: Map<String, Value> = self.env.iter().map(Pair::entry).collect();
        document.extend(fields(&bcn::request::App {
            image_name: name.map(str::to_owned),
            image_tag: self.tag.clone().or_else(|| tag.flatten().map(str::to_owned)),
            env_vars: (!env.is_empty()).then_some(env),
            services: (!self.services.0.is_empty()).then(|| self.services.0.clone()),
        })?);
        Ok(document)
    }
}

/// What a new application needs.
pub(super) fn checked(document: Map<String, Value>) -> Map<String, Value> {
    if !document.contains_key("image_name") {
        misuse("give --image, or --file with an image_name");
    }
    document
}

/// An image's name and tag. A colon before a slash is a port of the registry.
fn split(image: &str) -> (&str, Option<&str>) {
    match image.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
        Some(_) | None => (image, None),
    }
}

fn read(path: &Path) -> Result<Map<String, Value>> {
    let text = if path.as_os_str() == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        std::fs::read_to_string(path)
    };
    let text = text.with_context(|| format!("{} cannot be read", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is not a JSON object", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_what_stands_behind_the_last_colon_unless_that_is_a_port() {
        assert_eq!(split("nginx"), ("nginx", None));
        assert_eq!(split("nginx:1.9"), ("nginx", Some("1.9")));
        assert_eq!(split("registry.example.com:5000/team/app"), ("registry.example.com:5000/team/app", None));
        assert_eq!(split("registry.example.com:5000/app:v1"), ("registry.example.com:5000/app", Some("v1")));
    }
}
