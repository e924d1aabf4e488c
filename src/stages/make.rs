//! Takes a user to a stage, by the same steps as a person.

use secrecy::{ExposeSecret, SecretString};
use storage::users::User;

use super::Stages;
use super::person::Person;
use super::stage::Stage;
use crate::auth::proof::{PasswordOk, Verified};
use crate::auth::{
    Auth, ChallengeView, Client, Code, Error, Login, Password, PasswordOkGrant, RESEND_WAITS, Tokens,
};
use crate::http::answer::error_code::ErrorCode;
use crate::http::answer::problem::Problem;

/// The number of attempts of a challenge.
const CHECKS: usize = 5;

/// A user who has reached a stage.
pub(super) struct Staged {
    pub(super) stage: Stage,
    pub(super) user: User,
    pub(super) password: String,
    pub(super) grant: Option<PasswordOkGrant>,
    /// The pending challenge of a log-in or a change.
    pub(super) challenge: Option<ChallengeView>,
    /// Identifies a password reset.
    pub(super) reset_token: Option<SecretString>,
    /// The destination of the code, if it is not the user's phone number.
    pub(super) sent_to: Option<String>,
    pub(super) code: Option<String>,
    pub(super) tokens: Option<Tokens>,
}

impl Staged {
    fn new(stage: Stage, user: User, password: String) -> Self {
        Self {
            stage,
            user,
            password,
            grant: None,
            challenge: None,
            reset_token: None,
            sent_to: None,
            code: None,
            tokens: None,
        }
    }
}

impl Stages {
    /// Creates a user and takes them to their stage.
    ///
    /// # Errors
    /// The error of the step that fails.
    pub(super) async fn create(&self, person: Person) -> Result<Staged, Problem> {
        let Person { stage, sign_up, password, delivery, .. } = person;
        let auth = match stage {
            // Starts in the past, so that the waiting times between the codes are over now.
            Stage::CodesExhausted => self.earlier(RESEND_WAITS.iter().sum()),
            _ => self.auth.clone(),
        };
        let user = auth.sign_up(sign_up, client()).await?;
        let mut staged = Staged::new(stage, user, password.clone());
        if stage == Stage::SignedUp {
            return Ok(staged);
        }
        let newest = self.phones.newest();
        let email = crate::auth::Email::parse(&staged.user.email).map_err(Problem::internal)?;
        let attempt = Password::parse_attempt(&password).map_err(Problem::internal)?;
        let login = Login { email, password: attempt, delivery: delivery.clone() };
        let mut grant = auth.log_in(login, client()).await?;
        let code = self.phones.code_since(newest, &staged.user.phone_number);
        let token = grant.token.expose_secret().to_owned();
        match stage {
            Stage::SignedUp | Stage::CodePending => {}
            Stage::Full
            | Stage::PhoneChangePending
            | Stage::EmailChangePending
            | Stage::PasswordResetPending => {
                let code = code.as_deref().ok_or_else(no_code)?;
                let caller = auth.require_password_ok(Some(&token)).await?;
                let tokens = auth.verify(caller, parse(code)?, client()).await?;
                staged.user = tokens.user.clone();
                staged.tokens = Some(tokens);
                return self.begin_change(staged, delivery).await;
            }
            Stage::Locked => {
                let wrong = wrong_code(code.as_deref().unwrap_or("000000"));
                for _ in 0..CHECKS {
                    let caller = auth.require_password_ok(Some(&token)).await?;
                    grant.challenge = try_wrong_code(&auth, caller, parse(&wrong)?).await?;
                }
            }
            Stage::CodesExhausted => {
                for sent in 1..=RESEND_WAITS.len() {
                    let auth = self.earlier(RESEND_WAITS.iter().skip(sent).sum());
                    let caller = auth.require_password_ok(Some(&token)).await?;
                    grant.challenge = auth.resend(caller, delivery.clone(), client()).await?;
                }
            }
        }
        staged.challenge = Some(grant.challenge.clone());
        staged.grant = Some(grant);
        // Without attempts left, a code is useless.
        staged.code = code.filter(|_| stage != Stage::Locked);
        Ok(staged)
    }

    /// Returns the rules with a clock that is `seconds` behind.
    fn earlier(&self, seconds: i64) -> Auth {
        let seconds = u32::try_from(seconds).unwrap_or(0);
        self.auth.at(self.auth.clock().earlier(seconds))
    }
}

/// Tries a wrong code and returns the challenge after that.
async fn try_wrong_code(
    auth: &Auth,
    caller: Verified<PasswordOk>,
    wrong: Code,
) -> Result<ChallengeView, Problem> {
    match auth.verify(caller, wrong, client()).await {
        Err(Error::IncorrectCode { challenge: Some(challenge), .. }) => Ok(*challenge),
        Err(other) => Err(other.into()),
        Ok(_) => Err(Problem::internal("a wrong code was accepted")),
    }
}

/// The client that the list of activities shows.
pub(super) fn client() -> Client {
    Client::new(None, Some("countersign dev: POST /sandbox/users"))
}

fn parse(code: &str) -> Result<Code, Problem> {
    Code::parse(code).map_err(Problem::internal)
}

pub(super) fn no_code() -> Problem {
    let detail = "No code arrived at this destination, so the stage cannot be reached. Use another phone number or email address.";
    Problem::with_detail(ErrorCode::OtpUndeliverable, detail)
}

fn wrong_code(code: &str) -> String {
    code.chars().map(|digit| if digit == '0' { '1' } else { '0' }).collect()
}
