//! `POST /sandbox/users`

use actix_web::http::StatusCode;
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use secrecy::ExposeSecret;
use serde::Serialize;
use twilio_verify_sandbox::Extension;
use utoipa::{OpenApi, ToSchema};

use super::Stages;
use super::make::Staged;
use super::person::Person;
use super::stage::Stage;
use crate::http::answer::challenge::Challenge;
use crate::http::answer::error_code::ErrorCode;
use crate::http::answer::problem::Problem;
use crate::http::answer::user::User;
use crate::http::request::fields::Fields;

/// How often another number is invented if one is in use. If half of all numbers are in use, one request in a
/// million fails.
const MAX_ATTEMPTS: usize = 20;

/// The user to create. Values for absent fields are invented; they are valid and unique.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only for the OpenAPI document; `Person` parses the fields")]
pub(super) struct StagedUserRequest {
    /// The stage at which the test begins.
    stage: Stage,
    /// The name of the person.
    #[schema(nullable = false)]
    name: Option<String>,
    /// The public username. Unique, ignoring case.
    #[schema(nullable = false)]
    username: Option<String>,
    /// The email address that the user logs in with. Unique, ignoring case.
    #[schema(nullable = false)]
    email: Option<String>,
    /// The phone number, in any common international format.
    #[schema(nullable = false)]
    phone_number: Option<String>,
    /// The password. The rules are those of sign-up.
    #[schema(nullable = false)]
    password: Option<String>,
    /// How to deliver the code.
    #[schema(nullable = false)]
    channel: Option<String>,
    /// The language of the message, as a BCP 47 tag.
    #[schema(nullable = false)]
    locale: Option<String>,
}

/// The user, and everything that their client would have received by this stage.
#[derive(Serialize, ToSchema)]
pub(super) struct StagedUser {
    /// The stage of the user.
    stage: Stage,
    /// The user, as in the API.
    user: User,
    /// The password of the user.
    #[schema(example = "correct horse battery staple")]
    password: String,
    /// The password-ok token from log in. Present at `code_pending`, `locked` and `codes_exhausted`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    password_ok_token: Option<String>,
    /// The pending challenge, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    challenge: Option<Challenge>,
    /// The reset token. Present at `password_reset_pending`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    reset_token: Option<String>,
    /// The destination of the code if it is not the user's phone number: the new phone number, or an email
    /// address.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    sent_to: Option<String>,
    /// The right code. Absent if none arrived or no attempts are left.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "480167")]
    code: Option<String>,
    /// The access token from verify. Present at `full` and at later stages.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    access_token: Option<String>,
    /// The refresh token from verify. Present at `full` and at later stages.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    refresh_token: Option<String>,
}

impl From<Staged> for StagedUser {
    fn from(staged: Staged) -> Self {
        let Staged { stage, user, password, grant, challenge, reset_token, sent_to, code, tokens } = staged;
        let text = |secret: &secrecy::SecretString| secret.expose_secret().to_owned();
        Self {
            stage,
            user: user.into(),
            password,
            password_ok_token: grant.as_ref().map(|grant| text(&grant.token)),
            challenge: challenge.map(Into::into),
            reset_token: reset_token.as_ref().map(text),
            sent_to,
            code,
            access_token: tokens.as_ref().map(|tokens| text(&tokens.access_token)),
            refresh_token: tokens.as_ref().map(|tokens| text(&tokens.refresh_token)),
        }
    }
}

/// Create a user at a stage
///
/// Creates a user and takes them to the stage at which a test begins. The steps are those of a person, so the
/// tokens are valid and the codes arrive at the virtual phone. Errors are those of the API:
/// `validation_failed`, `user_exists`, `username_taken`, and errors of sending a code if a fault or a test
/// number causes them. If the stage needs codes by email and they are switched off, the request fails with
/// `not_found`. If a later step fails, the user stays signed up.
#[utoipa::path(
    post,
    path = "/sandbox/users",
    operation_id = "makeUser",
    tag = "users",
    request_body = StagedUserRequest,
    responses(
        (status = 201, description = "The user is created.", body = StagedUser),
        (status = 400, description = "`malformed_request`: the body is not a JSON object.", body = Object,
            content_type = "application/problem+json"),
        (status = 404, description = "`not_found`: codes by email are switched off.", body = Object,
            content_type = "application/problem+json"),
        (status = 409, description = "`user_exists`, `username_taken`.", body = Object,
            content_type = "application/problem+json"),
        (status = 410, description = "`challenge_expired`: the number is one whose verification is gone when it is checked.",
            body = Object, content_type = "application/problem+json"),
        (status = 413, description = "`payload_too_large`.", body = Object,
            content_type = "application/problem+json"),
        (status = 415, description = "`unsupported_media_type`.", body = Object,
            content_type = "application/problem+json"),
        (status = 422, description = "`validation_failed`, with `errors`; `otp_undeliverable`.", body = Object,
            content_type = "application/problem+json"),
        (status = 429, description = "`too_many_attempts`.", body = Object,
            content_type = "application/problem+json"),
        (status = 503, description = "`otp_unavailable`, `overloaded`.", body = Object,
            content_type = "application/problem+json"),
    )
)]
async fn make_user(
    stages: Data<Stages>,
    request: HttpRequest,
    body: Result<web::Bytes, actix_web::Error>,
) -> Result<HttpResponse, ApiProblem> {
    let body = body.map_err(|error| ApiProblem(unreadable_body(&error)))?;
    let staged = stages.handle(&request, &body).await.map_err(ApiProblem)?;
    Ok(HttpResponse::build(StatusCode::CREATED).json(StagedUser::from(staged)))
}

impl Stages {
    /// Returns the operation and its documentation, to add to the sandbox.
    pub fn extension(&self) -> Extension {
        let stages = self.clone();
        let routes = move |config: &mut ServiceConfig| {
            let resource = web::resource("/users").app_data(Data::new(stages.clone()));
            let resource = resource.default_service(web::to(method_not_allowed));
            config.service(resource.route(web::post().to(make_user)));
        };
        Extension::new(routes, Document::openapi)
    }

    async fn handle(&self, request: &HttpRequest, body: &[u8]) -> Result<Staged, Problem> {
        if !request.headers().contains_key(actix_web::http::header::CONTENT_TYPE) {
            return Err(Problem::new(ErrorCode::UnsupportedMediaType));
        }
        let fields = Fields::parse(body).map_err(|_| Problem::new(ErrorCode::MalformedRequest))?;
        let mut attempts = 0;
        loop {
            let person = Person::read(fields.clone(), None, self.auth.policy())?;
            attempts += 1;
            let may_retry = person.is_invented && attempts < MAX_ATTEMPTS;
            match self.create(person).await {
                Err(problem) if may_retry && problem.body.code == ErrorCode::UserExists => {}
                result => return result,
            }
        }
    }
}

/// Converts the error of a body that cannot be read.
fn unreadable_body(error: &actix_web::Error) -> Problem {
    Problem::new(match error.as_response_error().status_code() {
        StatusCode::PAYLOAD_TOO_LARGE => ErrorCode::PayloadTooLarge,
        _ => ErrorCode::MalformedRequest,
    })
}

async fn method_not_allowed() -> Result<HttpResponse, ApiProblem> {
    Err(ApiProblem(Problem::new(ErrorCode::MethodNotAllowed)))
}

/// A problem of the API as an error of a handler of the sandbox.
#[derive(Debug)]
struct ApiProblem(Problem);

impl std::fmt::Display for ApiProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl ResponseError for ApiProblem {
    fn status_code(&self) -> StatusCode {
        self.0.status_code()
    }

    fn error_response(&self) -> HttpResponse {
        let request_id = uuid::Uuid::new_v4().simple().to_string();
        if let Some(cause) = &self.0.cause {
            tracing::error!(%request_id, %cause, "creating a user failed");
        }
        self.0.clone().write(HttpResponse::new(self.status_code()), &request_id)
    }
}

#[derive(OpenApi)]
#[openapi(
    paths(make_user),
    components(schemas(StagedUserRequest, StagedUser, Stage)),
    tags((name = "users", description = "Users for tests. Only `countersign dev` offers this.")),
)]
struct Document;
