//! A running server, and how to ask it something.

use std::sync::Arc;

use reqwest::{Method, RequestBuilder};
use serde_json::Value;

use super::{Answer, Database, Process, TempDir};

/// How to start a server.
#[derive(Default)]
pub struct Launch {
    arguments: Vec<String>,
    variables: Vec<(String, String)>,
    wrapper: Vec<String>,
    database: Option<Arc<Database>>,
    serve: bool,
    sandbox: String,
}

impl Launch {
    /// `countersign dev` on free ports with a fresh database.
    pub fn dev() -> Self {
        Self::default()
    }

    /// `countersign serve --i-am-testing` on a free port, its Twilio at `base_url` with the sandbox's credentials.
    pub fn serve(base_url: &str) -> Self {
        use twilio_verify_sandbox::{ACCOUNT_SID, AUTH_TOKEN, SERVICE_SID};
        Self { serve: true, ..Self::default() }
            .argument("--i-am-testing")
            .variable("COUNTERSIGN__TWILIO__BASE_URL", base_url)
            .variable("TWILIO_ACCOUNT_SID", ACCOUNT_SID)
            .variable("TWILIO_AUTH_TOKEN", AUTH_TOKEN)
            .variable("TWILIO_VERIFICATION_SID", SERVICE_SID)
            .variable("COUNTERSIGN__TOKENS__SECRET", "an0ther-secret-that-only-tests-know-of")
            .variable("COUNTERSIGN__CODES__REGIONS", "*")
            .variable("COUNTERSIGN__SERVER__DRAIN_SECONDS", "0")
            .variable("COUNTERSIGN__PASSWORDS__MEMORY_KIB", "1024")
            .variable("COUNTERSIGN__PASSWORDS__ITERATIONS", "1")
    }

    pub fn argument(mut self, argument: &str) -> Self {
        self.arguments.push(argument.to_owned());
        self
    }

    /// The last one of a name counts.
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Started by another program that becomes it.
    pub fn under(mut self, wrapper: &[&str]) -> Self {
        self.wrapper = wrapper.iter().map(|word| (*word).to_owned()).collect();
        self
    }

    /// Where the virtual phones of a server that was started by `serve` are.
    pub fn sandbox(mut self, address: &str) -> Self {
        self.sandbox = address.to_owned();
        self
    }

    /// Another server's database.
    pub fn database(mut self, database: &Arc<Database>) -> Self {
        self.database = Some(database.clone());
        self
    }

    pub async fn start(self) -> Server {
        self.try_start().await.unwrap_or_else(|log| panic!("the server did not start:\n{log}"))
    }

    /// Starts it.
    ///
    /// # Errors
    /// What was logged, when it ended instead.
    pub async fn try_start(self) -> Result<Server, String> {
        let directory = TempDir::new();
        let database = match self.database {
            Some(database) => database,
            None => Arc::new(Database::fresh(directory.path()).await),
        };
        let mut arguments = vec![if self.serve { "serve" } else { "dev" }.to_owned()];
        arguments.extend(["--listen", "127.0.0.1:0", "--database-url"].map(str::to_owned));
        arguments.push(database.url());
        if !self.serve {
            arguments.extend(["--sandbox-listen", "127.0.0.1:0", "--exit-with-stdin"].map(str::to_owned));
        }
        arguments.extend(self.arguments);
        let process = Process::start_under(&self.wrapper, directory.path(), &arguments, &self.variables)?;
        let sandbox = if self.serve { self.sandbox } else { process.address("sandbox") };
        Ok(Server { api: process.address("api"), sandbox, http: client(), process, database, directory })
    }
}

/// A client like the tests': no redirects, no proxies.
fn client() -> reqwest::Client {
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap()
}

/// A server that ends with the test. Fields are dropped in this order: the process before its database.
pub struct Server {
    pub api: String,
    /// Empty for `serve`, unless it was told.
    pub sandbox: String,
    pub http: reqwest::Client,
    pub process: Process,
    pub database: Arc<Database>,
    pub directory: TempDir,
}

impl Server {
    /// `countersign dev`, as the quick start starts it.
    pub async fn dev() -> Self {
        Launch::dev().start().await
    }

    /// `countersign dev` that a test has started with a command line of its own. Its `database` is nothing's.
    pub async fn running(process: Process, directory: TempDir) -> Self {
        let database = Arc::new(Database::fresh(directory.path()).await);
        let (api, sandbox) = (process.address("api"), process.address("sandbox"));
        Self { api, sandbox, http: client(), process, database, directory }
    }

    /// A request to the API.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.api))
    }

    /// Sends a request; the answer is held against the OpenAPI document.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let request = request.build().unwrap();
        let (method, path) = (request.method().clone(), request.url().path().to_owned());
        Answer::read(&method, &path, self.http.execute(request).await.unwrap()).await
    }

    /// Sends a request to a server that may die meanwhile: `None` where no whole answer came.
    pub async fn attempt(&self, request: RequestBuilder) -> Option<Answer> {
        let request = request.build().unwrap();
        let (method, path) = (request.method().clone(), request.url().path().to_owned());
        let response = self.http.execute(request).await.ok()?;
        Answer::try_read(&method, &path, response).await.ok()
    }

    pub async fn get(&self, path: &str, token: Option<&str>) -> Answer {
        self.send(authorized(self.request(Method::GET, path), token)).await
    }

    pub async fn post(&self, path: &str, token: Option<&str>, body: Value) -> Answer {
        self.send(authorized(self.request(Method::POST, path), token).json(&body)).await
    }

    /// Moves the sandbox's clock, and the server's with it.
    pub async fn advance(&self, seconds: u32) {
        let body = serde_json::json!({ "advance_seconds": seconds });
        let request = self.http.post(format!("{}/sandbox/clock", self.sandbox)).json(&body);
        assert!(request.send().await.unwrap().status().is_success());
    }

    /// The newest code that came to a number.
    pub async fn code(&self, phone_number: &str) -> String {
        let url = format!("{}/sandbox/code", self.sandbox);
        let query = [("to", phone_number), ("wait", "5")];
        let response = self.http.get(url).query(&query).send().await.unwrap();
        assert_eq!(response.status(), 200, "no code came to {phone_number}");
        response.text().await.unwrap()
    }

    /// What came to a number, newest first.
    pub async fn messages(&self, phone_number: &str) -> Vec<Value> {
        let url = format!("{}/sandbox/messages", self.sandbox);
        let response = self.http.get(url).query(&[("to", phone_number)]).send().await.unwrap();
        let body: Value = response.json().await.unwrap();
        body["messages"].as_array().unwrap().clone()
    }
}

fn authorized(request: RequestBuilder, token: Option<&str>) -> RequestBuilder {
    match token {
        Some(token) => request.bearer_auth(token),
        None => request,
    }
}
