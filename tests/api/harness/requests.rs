//! Requests by themselves, whatever they are answered, and many at once.

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

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

    /// A request with an access token and a body.
    pub async fn ask(&self, method: Method, path: &str, token: &str, body: Value) -> Answer {
        self.send(self.request(method, path).bearer_auth(token).json(&body)).await
    }

    /// What happened to a user last, as the dashboard shows it: the words, the newest first.
    pub async fn recent_activity(&self, access: &str) -> Vec<String> {
        let page = self.get("/v1/users/dashboard", Some(access)).await.expect(200);
        let kinds = page.body["recent_activity"].as_array().unwrap().iter();
        kinds.map(|activity| activity["kind"].as_str().unwrap().to_owned()).collect()
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
