//! The sandbox of `countersign dev`: its faults and its journal of requests.

use regex::Regex;
use reqwest::Method;
use serde_json::Value;

use super::Server;

/// How long to wait for a request: 30 s in all.
const ATTEMPTS: u32 = 1500;
const PAUSE: std::time::Duration = std::time::Duration::from_millis(20);

impl Server {
    /// Creates a fault and returns its path on the sandbox.
    pub async fn inject_fault(&self, fault: Value) -> String {
        let response = self.http.post(format!("{}/sandbox/faults", self.sandbox)).json(&fault).send().await;
        let response = response.unwrap();
        assert_eq!(response.status(), 201, "{fault}");
        let made: Value = response.json().await.unwrap();
        format!("/sandbox/faults/{}", made["id"].as_str().unwrap())
    }

    /// Waits until a fault has affected a request.
    pub async fn wait_for_fault(&self, fault: &str) {
        for _ in 0..ATTEMPTS {
            if self.sandbox_get(fault).await["hits"] != 0 {
                return;
            }
            tokio::time::sleep(PAUSE).await;
        }
        panic!("no request met the fault");
    }

    /// Reads from the control API of the sandbox.
    pub async fn sandbox_get(&self, path: &str) -> Value {
        let response = self.http.get(format!("{}{path}", self.sandbox)).send().await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        response.json().await.unwrap()
    }

    /// How many requests of an operation were about a phone number.
    pub async fn twilio_requests(&self, operation: &str, phone_number: &str) -> usize {
        let digits = phone_number.trim_start_matches('+');
        let path = format!("/sandbox/requests?operation={operation}&to=%2B{digits}");
        self.sandbox_get(&path).await["requests"].as_array().unwrap().len()
    }
}

/// Every method and path of a running sandbox: the control API in its document, the page, and Twilio's
/// operations.
/// Parameters are filled in.
pub async fn sandbox_operations(sandbox: &str) -> Vec<(Method, String)> {
    let read = async |path: &str| -> Value {
        reqwest::get(format!("{sandbox}{path}")).await.unwrap().json().await.unwrap()
    };
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut found: Vec<(String, String)> =
        ["/", "/sandbox/page.css", "/sandbox/page.js"].map(|path| ("get".into(), path.into())).into();
    for (path, item) in read("/sandbox/openapi.json").await["paths"].as_object().unwrap() {
        found.extend(item.as_object().unwrap().keys().map(|method| (method.clone(), path.clone())));
    }
    for operation in read("/sandbox/operations").await["operations"].as_array().unwrap() {
        found.push((text(&operation["method"]), text(&operation["path"])));
    }
    let braces = Regex::new(r"\{\w+\}").unwrap();
    let filled = |path: &str| braces.replace_all(path, "VAc0dec0dec0dec0dec0dec0dec0dec0de").into_owned();
    found.iter().map(|(method, path)| (method.to_uppercase().parse().unwrap(), filled(path))).collect()
}
