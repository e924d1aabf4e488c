//! Begins a change that needs a code, for a verified user.

use secrecy::ExposeSecret;

use super::Stages;
use super::invented::Invented;
use super::make::{Staged, client, no_code};
use super::stage::Stage;
use crate::auth::{ContactChange, Delivery, Email, NewContact, Password, PhoneNumber};
use crate::http::answer::error_code::ErrorCode;
use crate::http::answer::problem::Problem;

impl Stages {
    /// Begins the change of the user's stage, if it has one.
    ///
    /// # Errors
    /// The error of the step that fails. `not_found` if the stage needs codes by email and they are switched
    /// off.
    pub(super) async fn begin_change(&self, staged: Staged, delivery: Delivery) -> Result<Staged, Problem> {
        let by_email = matches!(staged.stage, Stage::EmailChangePending | Stage::PasswordResetPending);
        if by_email && !self.auth.policy().email_channel {
            return Err(Problem::new(ErrorCode::NotFound));
        }
        let invented = Invented::new(&self.auth.policy().regions);
        match staged.stage {
            Stage::PhoneChangePending => {
                let number = PhoneNumber::parse(&invented.phone_number).map_err(Problem::internal)?;
                self.begin_contact_change(
                    staged,
                    NewContact::PhoneNumber(number),
                    invented.phone_number,
                    delivery,
                )
                .await
            }
            Stage::EmailChangePending => {
                let email = Email::parse(&invented.email).map_err(Problem::internal)?;
                self.begin_contact_change(
                    staged,
                    NewContact::Email(email),
                    invented.email,
                    Delivery::by_email(),
                )
                .await
            }
            Stage::PasswordResetPending => self.forget_password(staged).await,
            _ => Ok(staged),
        }
    }

    async fn begin_contact_change(
        &self,
        staged: Staged,
        contact: NewContact,
        sent_to: String,
        delivery: Delivery,
    ) -> Result<Staged, Problem> {
        let token = staged.tokens.as_ref().map(|tokens| tokens.access_token.expose_secret().to_owned());
        let caller = self.auth.require_full_access(token.as_deref()).await?;
        let password = Password::parse_attempt(&staged.password).map_err(Problem::internal)?;
        let newest = self.phones.newest();
        let challenge = self
            .auth
            .begin_contact_change(&caller, ContactChange { contact, password, delivery }, client())
            .await?;
        let code = self.phones.code_since(newest, &sent_to);
        Ok(Staged { challenge: Some(challenge), code, sent_to: Some(sent_to), ..staged })
    }

    async fn forget_password(&self, staged: Staged) -> Result<Staged, Problem> {
        let email = Email::parse(&staged.user.email).map_err(Problem::internal)?;
        let newest = self.phones.newest();
        let grant = self.auth.forget_password(email, client()).await?;
        // The code is sent after the response.
        let code = self.phones.next_code(newest, &staged.user.email).await.ok_or_else(no_code)?;
        let sent_to = Some(staged.user.email.clone());
        Ok(Staged { reset_token: Some(grant.token), code: Some(code), sent_to, ..staged })
    }
}
