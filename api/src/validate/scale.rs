//! Bodies of `POST /heritages/{heritage}/services/{service}/scale` and `…/count`.

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::fields::Fields;
use super::{Findings, MOST};
use crate::problem::Result;

/// How many tasks a service is to have.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct ScaleRequest {
    /// So many; `desired_count` and `desired_container_count` are the same.
    #[schema(example = 4)]
    pub scale: u32,
}

/// Reads how many tasks a service is to have, and where that stands in the body.
pub fn scale(body: Map<String, Value>) -> Result<(ScaleRequest, String)> {
    let found = &mut Findings::default();
    let mut fields = Fields::of_body(body, "service");
    let field = fields.require(&["scale", "desired_count", "desired_container_count"], found);
    let pointer = field.as_ref().map(|field| field.pointer.clone());
    let scale = field.and_then(|field| field.number(0..=MOST, found));
    fields.finish(found);
    found.unless_any(scale.map(|scale| ScaleRequest { scale }).zip(pointer))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_seeds_and_the_originals_names_say_the_same() {
        for body in
            [json!({"scale": 4}), json!({"desired_container_count": 4}), json!({"service": {"desired_count": 4}})]
        {
            assert_eq!(scale(body.as_object().unwrap().clone()).unwrap().0.scale, 4);
        }
        for body in [json!({}), json!({"scale": "4"}), json!({"scale": 4, "count": 4}), json!({"scale": 5001})] {
            assert!(scale(body.as_object().unwrap().clone()).is_err(), "{body}");
        }
    }
}
