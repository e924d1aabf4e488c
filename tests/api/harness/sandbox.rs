//! The sandbox of `countersign dev`: what is broken on purpose, and what was asked of it.

use serde_json::Value;

use super::Server;

impl Server {
    /// Makes a fault: its path on the sandbox.
    pub async fn break_twilio(&self, fault: Value) -> String {
        let response = self.http.post(format!("{}/sandbox/faults", self.sandbox)).json(&fault).send().await;
        let response = response.unwrap();
        assert_eq!(response.status(), 201, "{fault}");
        let made: Value = response.json().await.unwrap();
        format!("/sandbox/faults/{}", made["id"].as_str().unwrap())
    }

    /// What the sandbox's control API tells.
    pub async fn sandbox_get(&self, path: &str) -> Value {
        let response = self.http.get(format!("{}{path}", self.sandbox)).send().await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        response.json().await.unwrap()
    }

    /// How many requests of a kind were made about a phone number.
    pub async fn asked_twilio(&self, operation: &str, phone_number: &str) -> usize {
        let digits = phone_number.trim_start_matches('+');
        let path = format!("/sandbox/requests?operation={operation}&to=%2B{digits}");
        self.sandbox_get(&path).await["requests"].as_array().unwrap().len()
    }
}
