//! What can be configured about a sandbox.

use std::sync::Arc;

use actix_web::web::ServiceConfig;
use utoipa::openapi::OpenApi;

/// What may be chosen about a sandbox.
#[derive(Clone, Default)]
pub struct Options {
    /// Host names, without port, that are served besides those of loopback.
    pub allowed_hosts: Vec<String>,
    /// Scheme and authority of the API that sends its codes here; the page links to its documentation.
    pub api: Option<String>,
    /// What somebody else offers beside the control API.
    pub extension: Option<Extension>,
}

/// Routes below `/sandbox` that are not the sandbox's own.
#[derive(Clone)]
pub struct Extension {
    /// Registers them.
    pub routes: Arc<dyn Fn(&mut ServiceConfig) + Send + Sync>,
    /// What the control API's document says of them.
    pub document: fn() -> OpenApi,
}

/// Where the API stands, if there is one.
pub(crate) struct ApiAddress(pub(crate) Option<String>);
