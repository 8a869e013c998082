//! The routes, one file a resource. A handler reads the request, has it checked and accepted, and shapes the answer.

pub mod districts;
pub mod env_vars;
pub mod events;
pub mod health;
pub mod heritages;
pub mod openapi;
pub mod operations;
pub mod services;
pub mod unknown;
