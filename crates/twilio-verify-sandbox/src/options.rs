//! What can be configured about an embedded sandbox.

use std::fmt;
use std::sync::Arc;

use actix_web::web::ServiceConfig;
use utoipa::openapi::OpenApi;

/// The options of [`Embedded::server`](crate::Embedded::server).
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Options {
    pub(crate) allowed_hosts: Vec<String>,
    pub(crate) api: Option<String>,
    pub(crate) extension: Option<Extension>,
}

impl Options {
    /// Returns the default: loopback names only, no API and no more routes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Accepts host names, without a port, besides those of loopback.
    pub fn allow_hosts(mut self, names: impl IntoIterator<Item = String>) -> Self {
        self.allowed_hosts.extend(names);
        self
    }

    /// Sets the scheme and authority of the API that sends codes with this sandbox. The page links to its
    /// documentation at `/docs/`.
    pub fn api(self, address: impl Into<String>) -> Self {
        Self { api: Some(address.into()), ..self }
    }

    /// Adds routes.
    pub fn extension(self, extension: Extension) -> Self {
        Self { extension: Some(extension), ..self }
    }
}

/// Routes below `/sandbox` that are not the sandbox's own.
#[derive(Clone)]
pub struct Extension {
    routes: Arc<dyn Fn(&mut ServiceConfig) + Send + Sync>,
    document: fn() -> OpenApi,
}

impl Extension {
    /// Creates an extension. `routes` registers the routes, and `document` returns their part of the control API's
    /// document.
    pub fn new(
        routes: impl Fn(&mut ServiceConfig) + Send + Sync + 'static,
        document: fn() -> OpenApi,
    ) -> Self {
        Self { routes: Arc::new(routes), document }
    }

    /// Registers the routes.
    pub(crate) fn configure(&self, config: &mut ServiceConfig) {
        (self.routes)(config);
    }

    /// Returns the part of the control API's document.
    pub(crate) fn document(&self) -> OpenApi {
        (self.document)()
    }
}

impl fmt::Debug for Extension {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Extension").finish_non_exhaustive()
    }
}

/// The address of the API, if there is one.
pub(crate) struct ApiAddress(pub(crate) Option<String>);
