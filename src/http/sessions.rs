//! `GET /v1/users/me/sessions`, `DELETE /v1/users/me/sessions/{id}`

use actix_web::web::{self, Data};
use actix_web::{HttpResponse, delete, get};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::answer::problem::Problem;
use super::answer::session::Session;
use super::request::authorized_request::AuthorizedRequest;
use crate::auth::Auth;
use crate::auth::proof::{FullAccess, Verified};

/// The active sessions of the user.
#[derive(Serialize, ToSchema)]
pub struct SessionList {
    /// The sessions, most recently used first.
    #[schema(max_items = 100)]
    pub sessions: Vec<Session>,
}

/// Identifies a session.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct SessionPath {
    /// The `id` of the session.
    // A string, not a UUID: a request without a token must get 401 whatever the path says. The rules answer
    // 404 if it is not a UUID.
    #[param(value_type = uuid::Uuid)]
    pub id: String,
}

/// List sessions
///
/// Returns the active sessions, one for each device that is logged in. `user_agent` and `ip_address` were
/// recorded when the session began. They help the user to recognize a device; they do not prove its identity.
#[utoipa::path(
    operation_id = "listSessions",
    tag = "Account",
    responses((status = 200, description = "The sessions.", body = SessionList)),
)]
#[get("/v1/users/me/sessions")]
pub async fn list_sessions(
    auth: Data<Auth>,
    request: AuthorizedRequest<Verified<FullAccess>>,
) -> Result<web::Json<SessionList>, Problem> {
    let own = request.caller.session().id;
    let sessions = auth.list_sessions(&request.caller).await?;
    let sessions = sessions.into_iter().map(|session| Session::seen_from(session, own)).collect();
    Ok(web::Json(SessionList { sessions }))
}

/// End a session
///
/// Ends a session and revokes its tokens. Ending the current session is the same as logging out.
#[utoipa::path(
    operation_id = "endSession",
    tag = "Account",
    params(SessionPath),
    responses((status = 204, description = "The session has ended.")),
)]
#[delete("/v1/users/me/sessions/{id}")]
pub async fn end_session(
    auth: Data<Auth>,
    request: AuthorizedRequest<Verified<FullAccess>>,
    path: web::Path<SessionPath>,
) -> Result<HttpResponse, Problem> {
    auth.end_session(&request.caller, &path.id, request.client).await?;
    Ok(HttpResponse::NoContent().finish())
}
