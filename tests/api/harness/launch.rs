//! How a test starts a server.

use std::sync::Arc;

use super::server::client;
use super::{Database, Process, Server, TempDir};

/// The command line and the environment of a server.
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

    /// `countersign serve --i-am-testing` on a free port. Twilio is at `base_url` and has the sandbox's
    /// credentials.
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

    /// Sets a variable. The last value of a name counts.
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Starts the server through another program, such as `env`.
    pub fn under(mut self, wrapper: &[&str]) -> Self {
        self.wrapper = wrapper.iter().map(|word| (*word).to_owned()).collect();
        self
    }

    /// The address of the virtual phones of a server started by `serve`.
    pub fn sandbox(mut self, address: &str) -> Self {
        self.sandbox = address.to_owned();
        self
    }

    /// Uses the database of another server.
    pub fn database(mut self, database: &Arc<Database>) -> Self {
        self.database = Some(database.clone());
        self
    }

    pub async fn start(self) -> Server {
        self.try_start().await.unwrap_or_else(|log| panic!("the server did not start:\n{log}"))
    }

    /// Starts the server.
    ///
    /// # Errors
    /// Returns the log if the server stopped instead.
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
