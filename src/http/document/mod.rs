//! The OpenAPI document, its examples and Swagger UI.

mod components;
pub mod docs;
pub mod examples;
mod json_object;
pub mod openapi;
pub mod problem_examples;
