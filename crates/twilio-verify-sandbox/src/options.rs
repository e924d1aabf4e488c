//! What can be configured about an embedded sandbox.

use std::fmt;
use std::sync::Arc;

use actix_web::web::ServiceConfig;
use utoipa::openapi::OpenApi;

/// The options of [`Embedded::server`](crate::Embedded::server).
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Host names, without a port, that clients may use besides those of loopback.
    pub allowed_hosts: Vec<String>,
    /// Scheme and authority of the API that sends codes with this sandbox. The page links to its documentation.
    pub api: Option<String>,
    /// More routes.
    pub extension: Option<Extension>,
}

/// Routes below `/sandbox` that are not the sandbox's own.
#[derive(Clone)]
pub struct Extension {
    /// Registers them.
    pub routes: Arc<dyn Fn(&mut ServiceConfig) + Send + Sync>,
    /// Returns their part of the control API's document.
    pub document: fn() -> OpenApi,
}

impl fmt::Debug for Extension {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Extension").finish_non_exhaustive()
    }
}

/// The address of the API, if there is one.
pub(crate) struct ApiAddress(pub(crate) Option<String>);
