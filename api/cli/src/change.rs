//! Changes: what is sent, where, and with which idempotency key.

use reqwest::Method;
use serde::Serialize;
use serde_json::{Map, Value, json};
use shared::ids::OperationId;
use shared::names::{DistrictName, HeritageName, ServiceName};

use crate::request::{App, DistrictChange, NewDistrict, body};

/// A request that starts an operation.
#[derive(Clone, Debug)]
pub struct Change {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: Vec<(&'static str, String)>,
    pub(crate) body: Option<Value>,
    pub(crate) key: String,
}

/// Which heritage: by its name alone while no other district has one of that name.
#[derive(Clone, Debug)]
pub struct AppPath {
    /// Its district.
    pub district: Option<DistrictName>,
    /// Its name.
    pub app: HeritageName,
}

impl std::fmt::Display for AppPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.district {
            Some(district) => write!(f, "/v1/districts/{district}/heritages/{}", self.app),
            None => write!(f, "/v1/heritages/{}", self.app),
        }
    }
}

impl Change {
    fn new(method: Method, path: String, body: Option<Value>) -> Self {
        Change { method, path, query: vec![], body, key: format!("bcn-{}", ulid::Ulid::generate()) }
    }

    fn with(method: Method, path: String, request: &impl Serialize) -> Result<Self, serde_json::Error> {
        Ok(Change::new(method, path, Some(body(request)?)))
    }

    /// The same change under a key of the caller's.
    pub fn keyed(mut self, key: impl Into<String>) -> Self {
        self.key = key.into();
        self
    }

    /// The same change with one more query parameter.
    pub fn query(mut self, name: &'static str, value: impl ToString) -> Self {
        self.query.push((name, value.to_string()));
        self
    }

    /// The key under which it is one change, however often it is sent.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Makes a district.
    pub fn create_district(request: &NewDistrict) -> Result<Self, serde_json::Error> {
        Change::with(Method::POST, "/v1/districts".to_owned(), request)
    }

    /// Changes a district.
    pub fn update_district(name: &DistrictName, request: &DistrictChange) -> Result<Self, serde_json::Error> {
        Change::with(Method::PATCH, format!("/v1/districts/{name}"), request)
    }

    /// Removes a district.
    pub fn delete_district(name: &DistrictName) -> Self {
        Change::new(Method::DELETE, format!("/v1/districts/{name}"), None)
    }

    /// Makes a heritage; `document` is the body without the name, as [`App`] or as read from a file.
    pub fn create_app(district: &DistrictName, app: &HeritageName, document: Map<String, Value>) -> Self {
        let mut named = Map::from_iter([("name".to_owned(), Value::from(app.as_str()))]);
        named.extend(document);
        Change::new(Method::POST, format!("/v1/districts/{district}/heritages"), Some(Value::Object(named)))
    }

    /// Deploys a heritage.
    pub fn deploy_app(app: &AppPath, document: Map<String, Value>) -> Self {
        Change::new(Method::PATCH, app.to_string(), Some(Value::Object(document)))
    }

    /// Scales a service.
    pub fn scale_service(app: &AppPath, service: &ServiceName, count: u32) -> Self {
        Change::new(Method::POST, format!("{app}/services/{service}/scale"), Some(json!({"scale": count})))
    }

    /// Sets environment variables; `secret` ones are never shown again.
    pub fn set_env(app: &AppPath, vars: Map<String, Value>, secret: bool) -> Self {
        let document = if secret { json!({"env_vars": vars, "secret": true}) } else { json!({"env_vars": vars}) };
        Change::new(Method::POST, format!("{app}/env_vars"), Some(document))
    }

    /// Unsets environment variables.
    pub fn unset_env(app: &AppPath, keys: &[String]) -> Self {
        Change::new(Method::DELETE, format!("{app}/env_vars"), Some(json!({"env_keys": keys})))
    }

    /// Removes a heritage.
    pub fn delete_app(app: &AppPath) -> Self {
        Change::new(Method::DELETE, app.to_string(), None)
    }

    /// Cancels an operation.
    pub fn cancel(id: &OperationId) -> Self {
        Change::new(Method::POST, format!("/v1/operations/{id}/cancel"), None)
    }

    /// Retries an operation.
    pub fn retry(id: &OperationId) -> Self {
        Change::new(Method::POST, format!("/v1/operations/{id}/retry"), None)
    }

    /// Gives a stuck operation up for good.
    pub fn abandon(id: &OperationId, reason: Option<&str>) -> Self {
        let reason = reason.map(|reason| json!({ "reason": reason }));
        Change::new(Method::POST, format!("/v1/operations/{id}/abandon"), reason)
    }
}

/// The fields of an [`App`], as the body of a request.
pub fn fields(app: &App) -> Result<Map<String, Value>, serde_json::Error> {
    match body(app)? {
        Value::Object(fields) => Ok(fields),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Ok(Map::new()),
    }
}
