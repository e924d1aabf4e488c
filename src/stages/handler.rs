//! `POST /sandbox/users`

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use secrecy::ExposeSecret;
use serde::Serialize;
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
use twilio_verify_sandbox::Extension;

/// How often another invention is tried where a number is taken: with half of all numbers taken, once in a million
/// times that is not enough.
const INVENTIONS: usize = 20;

/// Who shall be made. What is left out is invented, unique, and valid.
#[derive(ToSchema)]
#[allow(dead_code, reason = "for the document: the fields are read one by one")]
pub(super) struct StagedUserRequest {
    /// Where the test wants to begin.
    stage: Stage,
    /// The person's name.
    #[schema(nullable = false)]
    name: Option<String>,
    /// Public and unique.
    #[schema(nullable = false)]
    username: Option<String>,
    /// One logs in with it.
    #[schema(nullable = false)]
    email: Option<String>,
    /// Any common way of writing an international number.
    #[schema(nullable = false)]
    phone_number: Option<String>,
    /// Judged as at sign-up.
    #[schema(nullable = false)]
    password: Option<String>,
    /// How the code shall travel.
    #[schema(nullable = false)]
    channel: Option<String>,
    /// The language of the message.
    #[schema(nullable = false)]
    locale: Option<String>,
}

/// A user, and what a client of theirs would hold by now.
#[derive(Serialize, ToSchema)]
pub(super) struct StagedUser {
    /// As it was asked for.
    stage: Stage,
    /// The user, as the API shows it.
    user: User,
    /// What they log in with.
    #[schema(example = "correct horse battery staple")]
    password: String,
    /// `code_pending`, `locked`, `codes_exhausted`: what log in answered with.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    password_ok_token: Option<String>,
    /// Where a code is waited for: what is still possible.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    challenge: Option<Challenge>,
    /// `password_reset_pending`: what forgot answered with.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    reset_token: Option<String>,
    /// Where the code went, where that is not the user's number: the new number or address, or the mailbox.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    sent_to: Option<String>,
    /// The code that is right. Left out where none came or none can be tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "480167")]
    code: Option<String>,
    /// `full` and what follows it: what verify answered with.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    access_token: Option<String>,
    /// Likewise.
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

/// Make a user at a stage
///
/// So that a test begins where it wants to. The user gets there by the steps that a person takes, so the tokens are
/// those of the API, and the codes are on the virtual phone. Errors are the API's own problems: `validation_failed`,
/// `user_exists`, `username_taken`, and those of sending a code, where a fault or a number with a meaning stands in
/// the way; `not_found` where the stage needs codes by email and they are off. Who got stuck there stays signed up.
#[utoipa::path(
    post,
    path = "/sandbox/users",
    operation_id = "makeUser",
    tag = "users",
    request_body = StagedUserRequest,
    responses(
        (status = 201, description = "The user.", body = StagedUser),
        (status = 400, description = "Not JSON (`malformed_request`).", body = Object,
            content_type = "application/problem+json"),
        (status = 404, description = "`not_found`: no codes are sent by email here.", body = Object,
            content_type = "application/problem+json"),
        (status = 409, description = "`user_exists`, `username_taken`.", body = Object,
            content_type = "application/problem+json"),
        (status = 410, description = "`challenge_expired`: the number is one that is gone at the check.",
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
) -> Result<HttpResponse, Refused> {
    let body = body.map_err(|error| Refused(unread(&error)))?;
    let staged = stages.answer(&request, &body).await.map_err(Refused)?;
    Ok(HttpResponse::build(StatusCode::CREATED).json(StagedUser::from(staged)))
}

impl Stages {
    /// What the sandbox offers beside its own.
    pub fn extension(&self) -> Extension {
        let stages = self.clone();
        Extension {
            routes: Arc::new(move |config| {
                let resource = web::resource("/users").app_data(Data::new(stages.clone()));
                let resource = resource.default_service(web::to(method_not_allowed));
                config.service(resource.route(web::post().to(make_user)));
            }),
            document: Document::openapi,
        }
    }

    async fn answer(&self, request: &HttpRequest, body: &[u8]) -> Result<Staged, Problem> {
        if !request.headers().contains_key(actix_web::http::header::CONTENT_TYPE) {
            return Err(Problem::new(ErrorCode::UnsupportedMediaType));
        }
        let fields = Fields::parse(body).map_err(|_| Problem::new(ErrorCode::MalformedRequest))?;
        let mut inventions = 0;
        loop {
            let person = Person::read(fields.clone(), None, self.auth.policy())?;
            inventions += 1;
            let again = person.is_invented && inventions < INVENTIONS;
            match self.make(person).await {
                Err(problem) if again && problem.body.code == ErrorCode::UserExists => {}
                made => return made,
            }
        }
    }
}

/// Why there is no body to look at.
fn unread(error: &actix_web::Error) -> Problem {
    Problem::new(match error.as_response_error().status_code() {
        StatusCode::PAYLOAD_TOO_LARGE => ErrorCode::PayloadTooLarge,
        _ => ErrorCode::MalformedRequest,
    })
}

async fn method_not_allowed() -> Result<HttpResponse, Refused> {
    Err(Refused(Problem::new(ErrorCode::MethodNotAllowed)))
}

/// The API's problem, as the sandbox answers with it.
#[derive(Debug)]
struct Refused(Problem);

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl ResponseError for Refused {
    fn status_code(&self) -> StatusCode {
        self.0.status_code()
    }

    fn error_response(&self) -> HttpResponse {
        let request_id = uuid::Uuid::new_v4().simple().to_string();
        if let Some(cause) = &self.0.cause {
            tracing::error!(%request_id, %cause, "a user could not be made");
        }
        self.0.clone().write(HttpResponse::new(self.status_code()), &request_id)
    }
}

#[derive(OpenApi)]
#[openapi(
    paths(make_user),
    components(schemas(StagedUserRequest, StagedUser, Stage)),
    tags((name = "users", description = "Users for tests; under `countersign dev` alone.")),
)]
struct Document;
