//! `GET /v1/users/dashboard`

use actix_web::get;
use actix_web::web::{self, Data};
use chrono::{DateTime, Utc};
use serde::Serialize;
use storage::activities;
use utoipa::ToSchema;

use super::answer::problem::Problem;
use super::answer::session::Session;
use super::answer::user::User;
use super::request::authorized_request::AuthorizedRequest;
use crate::auth::proof::{FullAccess, Verified};
use crate::auth::{self, Auth};

/// The dashboard of a user.
#[derive(Serialize, ToSchema)]
pub struct Dashboard {
    /// The user.
    pub user: User,
    /// The session of the access token that was sent.
    pub session: Session,
    /// The latest activities, newest first.
    #[schema(max_items = 10)]
    pub recent_activity: Vec<Activity>,
}

/// Something that happened to the user.
#[derive(Serialize, ToSchema)]
pub struct Activity {
    /// What happened.
    pub kind: ActivityKind,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// The `User-Agent` header of the client.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 256)]
    pub user_agent: Option<String>,
    /// The IP address of the client.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 45)]
    pub ip_address: Option<String>,
}

/// The kind of an activity.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActivityKind {
    /// The user signed up.
    SignedUp,
    /// The user entered the right password and was sent a code.
    LoggedIn,
    /// A log-in with a wrong password failed. At most ten per hour are recorded.
    LogInFailed,
    /// The user verified a code.
    Verified,
    /// The user logged out.
    LoggedOut,
    /// The user ended one of their sessions.
    SessionEnded,
    /// A refresh token was used again after it had been replaced, so its session was ended.
    RefreshReused,
    /// The user changed their name or their username.
    ProfileChanged,
    /// The user changed their password.
    PasswordChanged,
    /// The user reset a forgotten password with a code sent by email.
    PasswordReset,
    /// The user changed their phone number.
    PhoneChanged,
    /// The user changed their email address.
    EmailChanged,
}

impl From<auth::ActivityKind> for ActivityKind {
    fn from(kind: auth::ActivityKind) -> Self {
        match kind {
            auth::ActivityKind::SignedUp => Self::SignedUp,
            auth::ActivityKind::LoggedIn => Self::LoggedIn,
            auth::ActivityKind::LogInFailed => Self::LogInFailed,
            auth::ActivityKind::Verified => Self::Verified,
            auth::ActivityKind::LoggedOut => Self::LoggedOut,
            auth::ActivityKind::SessionEnded => Self::SessionEnded,
            auth::ActivityKind::RefreshReused => Self::RefreshReused,
            auth::ActivityKind::ProfileChanged => Self::ProfileChanged,
            auth::ActivityKind::PasswordChanged => Self::PasswordChanged,
            auth::ActivityKind::PasswordReset => Self::PasswordReset,
            auth::ActivityKind::PhoneChanged => Self::PhoneChanged,
            auth::ActivityKind::EmailChanged => Self::EmailChanged,
        }
    }
}

impl From<activities::Activity> for Activity {
    fn from(row: activities::Activity) -> Self {
        Self {
            kind: row.kind.into(),
            occurred_at: row.occurred_at.0,
            user_agent: row.user_agent,
            ip_address: row.ip_address,
        }
    }
}

impl From<auth::Dashboard> for Dashboard {
    fn from(page: auth::Dashboard) -> Self {
        Self {
            user: page.user.into(),
            session: Session::current(page.session),
            recent_activity: page.recent_activity.into_iter().map(Activity::from).collect(),
        }
    }
}

/// Get the dashboard
///
/// Returns the user, the current session and the latest activities.
#[utoipa::path(
    operation_id = "getDashboard",
    tag = "Account",
    responses((status = 200, description = "The dashboard.", body = Dashboard)),
)]
#[get("/v1/users/dashboard")]
pub async fn dashboard(
    auth: Data<Auth>,
    request: AuthorizedRequest<Verified<FullAccess>>,
) -> Result<web::Json<Dashboard>, Problem> {
    Ok(web::Json(auth.dashboard(&request.caller).await?.into()))
}
