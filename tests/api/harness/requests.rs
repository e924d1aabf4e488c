//! Requests by themselves, whatever they are answered, and many at once.

use futures_util::future::join_all;
use serde_json::json;

use super::{Answer, Person, Server};

impl Server {
    pub async fn try_sign_up(&self, person: &Person) -> Answer {
        self.post("/v1/users/signup", None, person.sign_up_body()).await
    }

    pub async fn try_log_in(&self, person: &Person) -> Answer {
        self.post("/v1/users/login", None, person.log_in_body()).await
    }

    pub async fn resend(&self, token: &str) -> Answer {
        self.post("/v1/users/resend", Some(token), json!({})).await
    }

    pub async fn log_out(&self, token: &str) -> Answer {
        self.post("/v1/users/logout", Some(token), json!({})).await
    }

    pub async fn me(&self, token: &str) -> Answer {
        self.get("/v1/users/me", Some(token)).await
    }
}

/// The answers to requests that were all sent before any was answered.
pub async fn at_once(requests: impl IntoIterator<Item = impl Future<Output = Answer>>) -> Vec<Answer> {
    join_all(requests).await
}

/// How many answers have this status and, where they are problems, this code.
pub fn count(answers: &[Answer], status: u16, code: Option<&str>) -> usize {
    answers.iter().filter(|answer| (answer.status, answer.body["code"].as_str()) == (status, code)).count()
}
