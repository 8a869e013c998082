//! Bodies of `POST /districts/{district}/heritages` and `PATCH /heritages/{heritage}`.

use serde::Serialize;
use serde_json::{Map, Value};
use shared::heritage::DEFAULT_TAG;
use shared::names::HeritageName;
use shared::problem::Code;
use utoipa::ToSchema;

use super::environment::{self, Variables};
use super::fields::Fields;
use super::service::{self, ServiceRequest};
use super::{Findings, image};
use crate::place::Place;
use crate::problem::Result;

/// Of the original, and not built.
const NOT_BUILT: &[&str] = &["before_deploy", "scheduled_tasks", "version", "token"];

/// A heritage to be made.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HeritageRequest {
    /// Its name.
    pub name: HeritageName,
    /// Image without its tag.
    #[schema(example = "nginx")]
    pub image_name: String,
    /// Tag of the image; `latest` when absent.
    #[schema(required = false, example = "1.9")]
    pub image_tag: String,
    /// Its environment: a map of names to values or to `{"value_from": …}`, or the original's list; `env_vars` is the same.
    #[schema(value_type = Option<Object>, example = json!({"RAILS_ENV": "production"}))]
    pub environment: Variables,
    /// Its services.
    #[schema(required = false)]
    pub services: Vec<ServiceRequest>,
}

/// A change to a heritage; an absent field keeps its value.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DeployRequest {
    /// New image without its tag.
    pub image_name: Option<String>,
    /// New tag.
    pub image_tag: Option<String>,
    /// Variables to set besides those that stand.
    #[schema(value_type = Option<Object>, example = json!({"RAILS_ENV": "production"}))]
    pub environment: Variables,
    /// All services that are to be: those that are not named are removed.
    pub services: Option<Vec<ServiceRequest>>,
}

/// Reads a heritage to be made.
pub fn create(body: Map<String, Value>) -> Result<HeritageRequest> {
    let found = &mut Findings::default();
    let mut fields = Fields::of_body(body, "heritage");
    let name = fields.require(&["name"], found).and_then(|field| field.parse(found));
    let image_name = fields.require(IMAGE_NAME, found).and_then(|field| field.keeping(image::is_name, found));
    let image_tag = fields.take(IMAGE_TAG, found).and_then(|field| field.keeping(image::is_tag, found));
    let environment = environment::read(&mut fields, found);
    let services = fields.take(&["services"], found).and_then(|field| service::read_all(field, found));
    fields.refuse(NOT_BUILT, found);
    fields.finish(found);
    found.unless_any(name.zip(image_name).map(|(name, image_name)| HeritageRequest {
        name,
        image_name,
        image_tag: image_tag.unwrap_or_else(|| DEFAULT_TAG.to_owned()),
        environment,
        services: services.unwrap_or_default(),
    }))
}

/// Reads a change to a heritage, which may name itself and its district again.
pub fn update(body: Map<String, Value>, place: &Place) -> Result<DeployRequest> {
    let found = &mut Findings::default();
    let mut fields = Fields::of_body(body, "heritage");
    for (name, stands) in [("name", place.heritage.as_str()), ("district", place.district.as_str())] {
        if let Some(field) = fields.take(&[name], found).filter(|field| field.value != stands) {
            found.add(Code::ImmutableField, field.pointer, format!("is {stands} and cannot be changed"));
        }
    }
    let request = DeployRequest {
        image_name: fields.take(IMAGE_NAME, found).and_then(|field| field.keeping(image::is_name, found)),
        image_tag: fields.take(IMAGE_TAG, found).and_then(|field| field.keeping(image::is_tag, found)),
        environment: environment::read(&mut fields, found),
        services: fields.take(&["services"], found).and_then(|field| service::read_all(field, found)),
    };
    fields.refuse(NOT_BUILT, found);
    fields.finish(found);
    found.unless_any(Some(request))
}

const IMAGE_NAME: &[&str] = &["image_name", "container_name"];
const IMAGE_TAG: &[&str] = &["image_tag", "container_tag"];

#[cfg(test)]
mod tests {
    use serde_json::json;
    use shared::names::DistrictName;

    use super::*;

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    fn place() -> Place {
        Place { district: DistrictName::parse("dev").unwrap(), heritage: HeritageName::parse("nginx").unwrap() }
    }

    #[test]
    fn the_seeds_bodies_are_read() {
        let body = json!({"name": "web-app", "container_name": "nginx", "container_tag": "1.9",
            "services": [{"name": "web", "cpu": 128, "memory": 256, "public": true,
                          "port_mappings": [{"lb_port": 80, "container_port": 80}]}]});
        let request = create(object(body)).unwrap();
        assert_eq!((request.image_name.as_str(), request.image_tag.as_str()), ("nginx", "1.9"));
        let body = json!({"image_tag": "v3", "before_deploy": null, "services": [{"name": "web", "command": "true"}]});
        let request = update(object(body), &place()).unwrap();
        assert_eq!((request.image_name, request.image_tag.as_deref()), (None, Some("v3")));
        assert_eq!(request.services.unwrap()[0].cpu, None);
    }

    #[test]
    fn what_is_not_built_is_refused() {
        let body = json!({"name": "nginx", "image_name": "nginx", "before_deploy": "echo hello", "version": 2});
        let problem = create(object(body)).unwrap_err().0;
        assert_eq!(problem.code, Code::NotSupported);
        assert_eq!(problem.errors.len(), 2);
    }

    #[test]
    fn a_heritage_keeps_its_name() {
        update(object(json!({"name": "nginx", "district": "dev"})), &place()).unwrap();
        let problem = update(object(json!({"name": "other"})), &place()).unwrap_err().0;
        assert_eq!((problem.code, problem.errors[0].pointer.as_str()), (Code::ImmutableField, "/name"));
    }
}
