//! `GET /health/live`, `GET /health/ready`

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::get;
use actix_web::web::{self, Data};
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::problem::Problem;
use crate::auth::{Auth, DATABASE_RETRY_AFTER, Mode};

/// How long the database may take to answer a readiness check. Load balancers need a quick response.
const DATABASE_TIMEOUT: Duration = Duration::from_secs(1);

/// Whether the server is shutting down. Set before it closes connections, so that load balancers stop sending
/// requests.
#[derive(Clone, Default)]
pub struct Stopping(Arc<AtomicBool>);

impl Stopping {
    /// Makes `/health/ready` fail from now on.
    pub fn begin(&self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// The health of the server.
#[derive(Serialize, ToSchema)]
pub struct Health {
    /// The status of the server.
    pub status: HealthStatus,
    /// The version of the server.
    #[schema(max_length = 50)]
    pub version: &'static str,
    /// The mode of the server.
    pub mode: ServerMode,
}

/// The status of a healthy server.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HealthStatus {
    /// The server is healthy.
    Ok,
}

/// The mode in which the server was started.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ServerMode {
    /// Started with `countersign dev`: codes go to virtual phones.
    Dev,
    /// Started with `countersign serve`.
    Production,
}

fn health(auth: &Auth) -> web::Json<Health> {
    let mode = match auth.mode() {
        Mode::Dev => ServerMode::Dev,
        Mode::Production => ServerMode::Production,
    };
    web::Json(Health { status: HealthStatus::Ok, version: env!("CARGO_PKG_VERSION"), mode })
}

/// Check liveness
///
/// Reports whether the process is running. Does not check the database, because a restart would not repair
/// it.
#[utoipa::path(
    operation_id = "getLiveness",
    tag = "Operations",
    responses((status = 200, description = "The process is running.", body = Health)),
)]
#[get("/health/live")]
pub async fn live(auth: Data<Auth>) -> web::Json<Health> {
    health(&auth)
}

/// Check readiness
///
/// Reports whether the server can handle requests. Checks the database. Fails with 503 while the server shuts
/// down.
#[utoipa::path(
    operation_id = "getReadiness",
    tag = "Operations",
    responses((status = 200, description = "The server is ready.", body = Health)),
)]
#[get("/health/ready")]
pub async fn ready(auth: Data<Auth>, stopping: Data<Stopping>) -> Result<web::Json<Health>, Problem> {
    let not_ready = |cause: &dyn std::fmt::Display| Problem::not_ready(cause, DATABASE_RETRY_AFTER);
    if stopping.0.load(Ordering::SeqCst) {
        return Err(Problem { cause: None, ..not_ready(&"") });
    }
    match tokio::time::timeout(DATABASE_TIMEOUT, auth.ping()).await {
        Ok(Ok(())) => Ok(health(&auth)),
        Ok(Err(error)) => Err(not_ready(&error)),
        Err(_) => Err(not_ready(&"the database did not respond in time")),
    }
}
