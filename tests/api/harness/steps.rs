//! The steps of the flow, for tests of a later step. Each step must succeed.

use super::{Access, Answer, PasswordOk, Person, Server};

impl Server {
    /// Signs a person up.
    pub async fn sign_up(&self, person: &Person) -> Answer {
        self.guest().sign_up(person).await.expect(201)
    }

    /// Logs in a person who has signed up.
    pub async fn log_in(&self, person: &Person) -> PasswordOk {
        self.password_ok_of(&self.guest().log_in(person).await.expect(200))
    }

    /// Signs up and logs in.
    pub async fn password_ok(&self, person: &Person) -> PasswordOk {
        self.sign_up(person).await;
        self.log_in(person).await
    }

    /// Signs up, logs in and verifies.
    pub async fn full_access(&self, person: &Person) -> Access {
        self.sign_up(person).await;
        self.another_session(person).await
    }

    /// Starts a password reset and returns the reset token.
    pub async fn start_reset(&self, email: &str) -> String {
        self.guest().forgot_password(email).await.expect(202).text_of("reset_token")
    }

    /// Logs in and verifies: a new session of a person who has signed up.
    pub async fn another_session(&self, person: &Person) -> Access {
        let password_ok = self.log_in(person).await;
        password_ok.open_session(&self.code(&person.phone_number).await).await
    }
}

/// A code that differs from this one.
pub fn wrong_code(code: &str) -> String {
    let last = code.chars().last().and_then(|digit| digit.to_digit(10)).unwrap();
    format!("{}{}", &code[..code.len() - 1], (last + 1) % 10)
}
