//! The OpenAPI document, its examples and Swagger UI.

pub mod docs;
pub mod examples;
pub mod openapi;
pub mod problem_examples;
