//! Turns settings into the parts of a deployment, and says everything that is missing or wrong at once.

use secrecy::{ExposeSecret, SecretString};

use super::{ConfigError, Settings};
use crate::auth::DeploymentSecret;
use storage::DatabaseUrl;
use twilio_verify::LineType;

/// Everything that is missing or wrong, a line each.
#[derive(Debug, Default)]
pub struct Missing(Vec<String>);

/// What a deployment is made of, checked.
pub struct Deployment {
    /// The database.
    pub database: storage::Settings,
    /// The deployment's secret.
    pub secret: DeploymentSecret,
    /// Twilio.
    pub twilio: twilio_verify::Settings,
}

impl Missing {
    pub(super) fn note(&mut self, line: impl Into<String>) {
        self.0.push(line.into());
    }

    fn check<T, E: std::fmt::Display>(&mut self, setting: &str, value: Result<T, E>) -> Option<T> {
        value.map_err(|error| self.note(format!("{setting}: {error}"))).ok()
    }

    fn finish<T>(self, value: Option<T>) -> Result<T, ConfigError> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => Err(ConfigError(format!("the configuration is not right:\n  {}", self.0.join("\n  ")))),
        }
    }
}

impl Settings {
    /// What `serve` needs. `testing`: another Twilio than Twilio's own was asked for by name.
    ///
    /// # Errors
    /// One message with everything that is missing or wrong.
    pub fn production(&self, testing: bool) -> Result<Deployment, ConfigError> {
        let mut missing = Missing::default();
        let database = self.database_url(&mut missing);
        let secret = self.secret(&mut missing);
        let twilio = self.twilio_settings(&mut missing, true);
        if self.codes.regions.is_empty() {
            missing.note(
                "COUNTERSIGN__CODES__REGIONS is missing: where codes may go, such as US,CA (ISO 3166-1), or * for the whole world",
            );
        }
        if !testing {
            self.refuse_test_mode(&mut missing);
        }
        self.check_values(&mut missing);
        let parts = database.zip(secret).zip(twilio);
        let deployment = parts.map(|((url, secret), twilio)| Deployment {
            database: self.database_settings(url, self.database.migrate),
            secret,
            twilio,
        });
        missing.finish(deployment)
    }

    /// The database alone, for `migrate` and `dev`.
    ///
    /// # Errors
    /// When its URL is missing or wrong.
    pub fn database_alone(&self) -> Result<storage::Settings, ConfigError> {
        let mut missing = Missing::default();
        let url = self.database_url(&mut missing);
        missing.finish(url.map(|url| self.database_settings(url, true)))
    }

    /// The secret alone, for `keys rotate`.
    ///
    /// # Errors
    /// When it is missing or weak.
    pub fn secret_alone(&self) -> Result<DeploymentSecret, ConfigError> {
        let mut missing = Missing::default();
        let secret = self.secret(&mut missing);
        missing.finish(secret)
    }

    /// Twilio alone, for `twilio create-service`, which needs no service yet.
    ///
    /// # Errors
    /// When the credentials are missing.
    pub fn twilio_alone(&self) -> Result<twilio_verify::Settings, ConfigError> {
        let mut missing = Missing::default();
        let settings = self.twilio_settings(&mut missing, false);
        missing.finish(settings)
    }

    /// The values that every command shares.
    ///
    /// # Errors
    /// One message with everything that is wrong.
    pub fn check(&self) -> Result<(), ConfigError> {
        let mut missing = Missing::default();
        self.check_values(&mut missing);
        missing.finish(Some(()))
    }

    fn database_settings(&self, url: DatabaseUrl, migrate: bool) -> storage::Settings {
        storage::Settings { url, max_connections: self.database.max_connections, migrate }
    }

    fn database_url(&self, missing: &mut Missing) -> Option<DatabaseUrl> {
        let url = self.database.url.expose_secret();
        if url.is_empty() {
            missing.note("COUNTERSIGN__DATABASE__URL is missing: sqlite://PATH or postgres://…");
            return None;
        }
        missing.check("COUNTERSIGN__DATABASE__URL", DatabaseUrl::parse(url))
    }

    fn secret(&self, missing: &mut Missing) -> Option<DeploymentSecret> {
        if self.tokens.secret.expose_secret().is_empty() {
            missing.note(
                "COUNTERSIGN__TOKENS__SECRET is missing: 32 random characters or more, made once (openssl rand -base64 32)",
            );
            return None;
        }
        missing.check("COUNTERSIGN__TOKENS__SECRET", DeploymentSecret::parse(self.tokens.secret.clone()))
    }

    fn twilio_settings(&self, missing: &mut Missing, needs_service: bool) -> Option<twilio_verify::Settings> {
        let Self { twilio, .. } = self;
        let (username, password) = match twilio.api_key_sid.is_empty() {
            false => (&twilio.api_key_sid, &twilio.api_key_secret),
            true => (&twilio.account_sid, &twilio.auth_token),
        };
        let complete =
            missing.given("TWILIO_ACCOUNT_SID", "AC…, or COUNTERSIGN__TWILIO__API_KEY_SID", username)
                & missing.given(
                    "TWILIO_AUTH_TOKEN",
                    "or COUNTERSIGN__TWILIO__API_KEY_SECRET",
                    password.expose_secret(),
                )
                & (!needs_service
                    || missing.given(
                        "TWILIO_VERIFICATION_SID",
                        "VA…; `countersign twilio create-service` makes one",
                        &twilio.verify_service_sid,
                    ));
        if !complete {
            return None;
        }
        let service_sid = if needs_service { twilio.verify_service_sid.as_str() } else { "" };
        let settings = twilio_verify::Settings {
            base_url: twilio.base_url.clone(),
            max_calls: twilio.max_calls,
            ..twilio_verify::Settings::new(username.clone(), SecretString::clone(password), service_sid)
        };
        // Building the client checks the rest.
        missing.check("twilio", twilio_verify::VerifyClient::new(settings.clone())).map(|_| settings)
    }

    fn check_values(&self, missing: &mut Missing) {
        missing.check("passwords", self.hashing().parameters.check());
        if self.codes.channels.is_empty() {
            missing.note("codes.channels: at least one channel");
        }
        if self.codes.channels.contains(&twilio_verify::Channel::Email) {
            missing.note(
                "codes.channels: email is no way to log in; codes.email_channel turns it on for the rest",
            );
        }
        if !(4..=10).contains(&self.codes.length) {
            missing.note("codes.length: from 4 to 10");
        }
        if !(1..=600).contains(&self.tokens.password_ok_seconds) {
            missing.note("tokens.password_ok_seconds: from 1 to 600");
        }
        if !(1..=86_400).contains(&self.tokens.access_seconds) {
            missing.note("tokens.access_seconds: from 1 to 86400");
        }
        if !(1..=365).contains(&self.tokens.session_days) {
            missing.note("tokens.session_days: from 1 to 365");
        }
        if !(1..=365).contains(&self.tokens.session_idle_days) {
            missing.note("tokens.session_idle_days: from 1 to 365");
        }
        // Within the grace time the access token of the last refresh is answered again: it must still be good.
        if self.tokens.refresh_grace_seconds > 300
            || self.tokens.refresh_grace_seconds >= self.tokens.access_seconds
        {
            missing.note("tokens.refresh_grace_seconds: at most 300, and less than tokens.access_seconds");
        }
        if self.tokens.issuer.is_empty() || self.tokens.audience.is_empty() {
            missing.note("tokens.issuer and tokens.audience: neither can be empty");
        }
        if !(1..=8760).contains(&self.users.unverified_hours) {
            missing.note("users.unverified_hours: from 1 to 8760");
        }
        for setting in self.limits.not_by_the_hour() {
            missing.note(format!("limits.{setting}: periods of whole hours, such as 10/h or 20/d"));
        }
        // NIST SP 800-63B-4, section 3.2.2, allows no more.
        if self.limits.wrong_codes_in_a_row > 100 {
            missing.note("limits.wrong_codes_in_a_row: at most 100; 0 turns it off");
        }
        if !(1..=3650).contains(&self.activity.retention_days) {
            missing.note("activity.retention_days: from 1 to 3650");
        }
        if self.housekeeping.interval_seconds > 86_400 {
            missing.note("housekeeping.interval_seconds: at most 86400; 0 turns it off");
        }
        let otlp = &self.telemetry.otlp_endpoint;
        if !otlp.is_empty() && !is_origin(otlp.trim_end_matches('/')) {
            missing.note(
                "telemetry.otlp_endpoint: a URL of scheme, host and port, such as http://127.0.0.1:4318",
            );
        }
        missing.check("webhooks", self.webhook_endpoint());
        if self.database.max_connections == 0 {
            missing.note("database.max_connections: at least 1");
        }
        if !(1..=10_000).contains(&self.twilio.max_calls) {
            missing.note("twilio.max_calls: from 1 to 10000");
        }
        // Lookup does not know every number of people, and one that it knows for a mobile phone is what codes are for.
        if [LineType::Mobile, LineType::Unknown].iter().any(|kind| self.twilio.lookup_refuse.contains(kind)) {
            missing.note("twilio.lookup_refuse: neither mobile nor unknown");
        }
        if self.server.drain_seconds + self.server.shutdown_seconds > 30 {
            missing.note("server.drain_seconds and server.shutdown_seconds: at most 30 together");
        }
        for origin in &self.server.allowed_origins {
            if !is_origin(origin) {
                missing.note(format!(
                    "server.allowed_origins: {origin} is not an origin such as https://app.example.com"
                ));
            }
        }
    }
}

impl Missing {
    fn given(&mut self, variable: &str, hint: &str, value: &str) -> bool {
        if value.is_empty() {
            self.note(format!("{variable} is missing: {hint}"));
        }
        !value.is_empty()
    }
}

/// Scheme, host and perhaps a port; browsers send nothing more.
fn is_origin(origin: &str) -> bool {
    let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
    host.is_some_and(|host| !host.is_empty() && !host.contains(['/', '*', '?', '#', '@', ' ']))
}
