//! Takes a verified user on to a change that waits for its code.

use secrecy::ExposeSecret;

use super::Stages;
use super::invented::Invented;
use super::make::{Staged, client, no_code};
use super::stage::Stage;
use crate::auth::{ContactChange, Delivery, Email, NewContact, Password, PhoneNumber};
use crate::http::answer::error_code::ErrorCode;
use crate::http::answer::problem::Problem;

impl Stages {
    /// What comes after the tokens, where the stage wants it.
    ///
    /// # Errors
    /// Those of the steps on the way; `not_found` where no codes are sent by email.
    pub(super) async fn go_on(&self, staged: Staged, delivery: Delivery) -> Result<Staged, Problem> {
        let by_email = matches!(staged.stage, Stage::EmailChangePending | Stage::PasswordResetPending);
        if by_email && !self.auth.policy().email_channel {
            return Err(Problem::new(ErrorCode::NotFound));
        }
        let invented = Invented::new(&self.auth.policy().regions);
        match staged.stage {
            Stage::PhoneChangePending => {
                let number = PhoneNumber::parse(&invented.phone_number).map_err(Problem::internal)?;
                self.change(staged, NewContact::PhoneNumber(number), invented.phone_number, delivery).await
            }
            Stage::EmailChangePending => {
                let email = Email::parse(&invented.email).map_err(Problem::internal)?;
                self.change(staged, NewContact::Email(email), invented.email, Delivery::by_email()).await
            }
            Stage::PasswordResetPending => self.forget(staged).await,
            _ => Ok(staged),
        }
    }

    async fn change(
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
            .change_contact(&caller, ContactChange { contact, password, delivery }, client())
            .await?;
        let code = self.phones.code_since(newest, &sent_to);
        Ok(Staged { challenge: Some(challenge), code, sent_to: Some(sent_to), ..staged })
    }

    async fn forget(&self, staged: Staged) -> Result<Staged, Problem> {
        let email = Email::parse(&staged.user.email).map_err(Problem::internal)?;
        let newest = self.phones.newest();
        let grant = self.auth.forget_password(email, client()).await?;
        // The code is sent after the answer.
        let code = self.phones.next_code(newest, &staged.user.email).await.ok_or_else(no_code)?;
        let sent_to = Some(staged.user.email.clone());
        Ok(Staged { reset_token: Some(grant.token), code: Some(code), sent_to, ..staged })
    }
}
