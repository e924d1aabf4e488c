//! The steps of the flow, for tests that are about a later one.

use serde_json::json;

use super::{Answer, Person, Server};

impl Server {
    /// Signs somebody up.
    pub async fn sign_up(&self, person: &Person) -> Answer {
        self.post("/v1/users/signup", None, person.sign_up_body()).await.expect(201)
    }

    /// Logs somebody in who has signed up: the password-ok token.
    pub async fn log_in(&self, person: &Person) -> String {
        let answer = self.post("/v1/users/login", None, person.log_in_body()).await.expect(200);
        answer.text_of("password_ok_token")
    }

    /// Signs up and logs in: the password-ok token.
    pub async fn password_ok(&self, person: &Person) -> String {
        self.sign_up(person).await;
        self.log_in(person).await
    }

    /// Tries a code.
    pub async fn verify(&self, token: &str, code: &str) -> Answer {
        self.post("/v1/users/verify", Some(token), json!({ "code": code })).await
    }

    /// Signs up, logs in and verifies: the answer with the tokens.
    pub async fn full_access(&self, person: &Person) -> Answer {
        let token = self.password_ok(person).await;
        let code = self.code(&person.phone_number).await;
        self.verify(&token, &code).await.expect(200)
    }

    /// Logs in again and verifies: another session of the same user.
    pub async fn another_session(&self, person: &Person) -> Answer {
        let token = self.log_in(person).await;
        let code = self.code(&person.phone_number).await;
        self.verify(&token, &code).await.expect(200)
    }
}

/// A code that is not this one.
pub fn wrong_code(code: &str) -> String {
    let last = code.chars().last().and_then(|digit| digit.to_digit(10)).unwrap();
    format!("{}{}", &code[..code.len() - 1], (last + 1) % 10)
}
