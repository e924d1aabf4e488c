//! `POST /v1/users/signup`

use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use utoipa::ToSchema;

use super::answer::problem::Problem;
use super::answer::user::User;
use super::request::authorized_request::AuthorizedRequest;
use super::request::body::{FromFields, Json, ParseContext};
use super::request::fields::Fields;
use super::request::guard::Guest;
use crate::auth::{Auth, Email, Name, Password, PhoneNumber, SignUp, Username};

/// The new user.
#[derive(ToSchema)]
pub struct SignupRequest {
    /// The name of the person. Must not contain control characters.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// The public username. Unique, ignoring case.
    #[schema(min_length = 3, max_length = 32, pattern = "^[A-Za-z0-9_.-]+$")]
    pub username: String,
    /// The password. May contain any characters. Passwords that are easily guessed are rejected; several
    /// uncommon words are better than one word with a digit.
    #[schema(format = Password, min_length = 8, max_length = 128, write_only)]
    pub password: String,
    /// The phone number, to which codes are sent. Any common international format is accepted, if this server
    /// sends codes to the number's country or region. Premium-rate, satellite and unassigned numbers are
    /// rejected.
    #[schema(min_length = 5, max_length = 40)]
    pub phone_number: String,
    /// The email address that the user logs in with. Unique, ignoring case.
    #[schema(format = Email, min_length = 5, max_length = 254)]
    pub email: String,
}

impl FromFields for SignUp {
    /// Estimating the strength of a password takes a while.
    const SLOW: bool = true;

    fn from_fields(fields: &mut Fields, context: &ParseContext<'_>) -> Option<Self> {
        let name = fields.required("name", Name::parse);
        let username = fields.required("username", Username::parse);
        let password = fields.required("password", Password::parse_new);
        let phone_number = fields.required("phone_number", |text| context.policy.regions.parse(text));
        let email = fields.required("email", Email::parse);
        if let Some(password) = &password {
            let known = [
                name.as_ref().map(Name::as_str),
                username.as_ref().map(Username::as_str),
                phone_number.as_ref().map(PhoneNumber::as_str),
                email.as_ref().map(Email::as_str),
            ];
            let known: Vec<&str> = known.into_iter().flatten().collect();
            if let Err(invalid) = password.check_strength(&known) {
                fields.reject("password", invalid);
            }
        }
        Some(Self {
            name: name?,
            username: username?,
            email: email?,
            phone_number: phone_number?,
            password: password?,
        })
    }
}

/// Sign up
///
/// Creates a user. Does not log in and does not send a code: log in next. If the user does not verify a code
/// within a day, another sign-up can take over the email address, the phone number and the username.
#[utoipa::path(
    operation_id = "signup",
    tag = "Log in",
    request_body = SignupRequest,
    responses((status = 201, description = "The new user.", body = User)),
)]
#[post("/v1/users/signup")]
pub async fn signup(
    auth: Data<Auth>,
    request: AuthorizedRequest<Guest, Json<SignUp>>,
) -> Result<HttpResponse, Problem> {
    let user = auth.sign_up(request.body.0, request.client).await?;
    Ok(HttpResponse::Created().insert_header((header::LOCATION, "/v1/users/me")).json(User::from(user)))
}
