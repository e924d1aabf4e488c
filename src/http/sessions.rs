//! `GET /v1/users/me/sessions`, `DELETE /v1/users/me/sessions/{id}`

use actix_web::web::{self, Data};
use actix_web::{HttpResponse, delete, get};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::answer::problem::Problem;
use super::answer::session::Session;
use super::request::call::Call;
use crate::auth::Auth;
use crate::auth::proof::{FullAccess, Verified};

/// The caller's living sessions.
#[derive(Serialize, ToSchema)]
pub struct SessionList {
    /// The one that was used last first.
    #[schema(max_items = 100)]
    pub sessions: Vec<Session>,
}

/// Names a session.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct SessionPath {
    /// The session's `id`.
    // Any text is taken: what is no UUID names no session, and a stranger is told to log in first.
    #[param(value_type = uuid::Uuid)]
    pub id: String,
}

/// List sessions
///
/// Every device that is logged in. `user_agent` and `ip_address` are what the client said and where it came from
/// when its code was right: a help for the user's memory, no proof of anything.
#[utoipa::path(
    operation_id = "listSessions",
    tag = "Account",
    responses((status = 200, description = "The sessions.", body = SessionList)),
)]
#[get("/v1/users/me/sessions")]
pub async fn list_sessions(
    auth: Data<Auth>,
    call: Call<Verified<FullAccess>>,
) -> Result<web::Json<SessionList>, Problem> {
    let asking = call.caller.session().id;
    let sessions = auth.list_sessions(&call.caller).await?;
    let sessions = sessions.into_iter().map(|session| Session::seen_from(session, asking)).collect();
    Ok(web::Json(SessionList { sessions }))
}

/// End a session
///
/// Its access token and its refresh token open nothing from then on. The session that asks may end itself, which is
/// the same as to log out.
#[utoipa::path(
    operation_id = "endSession",
    tag = "Account",
    params(SessionPath),
    responses((status = 204, description = "The session is over.")),
)]
#[delete("/v1/users/me/sessions/{id}")]
pub async fn end_session(
    auth: Data<Auth>,
    call: Call<Verified<FullAccess>>,
    path: web::Path<SessionPath>,
) -> Result<HttpResponse, Problem> {
    auth.end_session(&call.caller, &path.id, call.client).await?;
    Ok(HttpResponse::NoContent().finish())
}
