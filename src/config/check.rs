//! Checks the settings and reports everything that is missing or invalid at once.

use secrecy::{ExposeSecret, SecretString};
use storage::DatabaseUrl;
use twilio_verify::LineType;

use super::{ConfigError, Settings};
use crate::auth::DeploymentSecret;

/// Collects what is missing or invalid. Each line says what is wrong, then what to do.
#[derive(Debug, Default)]
pub struct Problems(Vec<String>);

/// The checked settings that `serve` needs.
pub struct Deployment {
    /// The settings of the database.
    pub database: storage::Settings,
    /// The deployment's secret.
    pub secret: DeploymentSecret,
    /// The settings of the Twilio client.
    pub twilio: twilio_verify::Settings,
}

impl Problems {
    pub(super) fn note(&mut self, line: impl Into<String>) {
        self.0.push(line.into());
    }

    fn check<T, E: std::fmt::Display>(&mut self, setting: &str, value: Result<T, E>) -> Option<T> {
        value.map_err(|error| self.note(format!("{setting}: {error}"))).ok()
    }

    fn finish<T>(self, value: Option<T>) -> Result<T, ConfigError> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => Err(ConfigError(format!("the configuration is invalid:\n  {}", self.0.join("\n  ")))),
        }
    }
}

impl Settings {
    /// Checks what `serve` needs. `testing` allows a test double of Twilio.
    ///
    /// # Errors
    /// One message with everything that is missing or invalid.
    pub fn production(&self, testing: bool) -> Result<Deployment, ConfigError> {
        let mut problems = Problems::default();
        let database = self.database_url(&mut problems);
        let secret = self.secret(&mut problems);
        let twilio = self.twilio_settings(&mut problems, true);
        if self.codes.regions.is_empty() {
            problems.note(
                "COUNTERSIGN__CODES__REGIONS is missing. Set it to the regions that codes may be sent to, such as US,CA \
                 (ISO 3166-1), or to * for all.",
            );
        }
        if !testing {
            self.reject_test_mode(&mut problems);
        }
        self.check_values(&mut problems);
        let parts = database.zip(secret).zip(twilio);
        let deployment = parts.map(|((url, secret), twilio)| Deployment {
            database: self.database_settings(url, self.database.migrate),
            secret,
            twilio,
        });
        problems.finish(deployment)
    }

    /// Checks only the settings of the database, for `migrate` and `dev`.
    ///
    /// # Errors
    /// If the URL is missing or invalid.
    pub fn database_alone(&self) -> Result<storage::Settings, ConfigError> {
        let mut problems = Problems::default();
        let url = self.database_url(&mut problems);
        problems.finish(url.map(|url| self.database_settings(url, true)))
    }

    /// Checks only the secret, for `keys rotate`.
    ///
    /// # Errors
    /// If the secret is missing or weak.
    pub fn secret_alone(&self) -> Result<DeploymentSecret, ConfigError> {
        let mut problems = Problems::default();
        let secret = self.secret(&mut problems);
        problems.finish(secret)
    }

    /// Checks only the settings of Twilio, for `twilio create-service`, which does not need a service yet.
    ///
    /// # Errors
    /// If the credentials are missing or invalid.
    pub fn twilio_alone(&self) -> Result<twilio_verify::Settings, ConfigError> {
        let mut problems = Problems::default();
        let settings = self.twilio_settings(&mut problems, false);
        problems.finish(settings)
    }

    /// Checks the settings that all commands share.
    ///
    /// # Errors
    /// One message with everything that is invalid.
    pub fn check(&self) -> Result<(), ConfigError> {
        let mut problems = Problems::default();
        self.check_values(&mut problems);
        problems.finish(Some(()))
    }

    fn database_settings(&self, url: DatabaseUrl, migrate: bool) -> storage::Settings {
        storage::Settings { url, max_connections: self.database.max_connections, migrate }
    }

    fn database_url(&self, problems: &mut Problems) -> Option<DatabaseUrl> {
        let url = self.database.url.expose_secret();
        if url.is_empty() {
            problems.note("COUNTERSIGN__DATABASE__URL is missing. Set it to sqlite://PATH or postgres://…");
            return None;
        }
        problems.check("COUNTERSIGN__DATABASE__URL", DatabaseUrl::parse(url))
    }

    fn secret(&self, problems: &mut Problems) -> Option<DeploymentSecret> {
        if self.tokens.secret.expose_secret().is_empty() {
            problems.note(
                "COUNTERSIGN__TOKENS__SECRET is missing. Generate one with `openssl rand -base64 32` and keep it.",
            );
            return None;
        }
        problems.check("COUNTERSIGN__TOKENS__SECRET", DeploymentSecret::parse(self.tokens.secret.clone()))
    }

    fn twilio_settings(
        &self,
        problems: &mut Problems,
        needs_service: bool,
    ) -> Option<twilio_verify::Settings> {
        let Self { twilio, .. } = self;
        let (username, password) = if twilio.api_key_sid.is_empty() {
            (&twilio.account_sid, &twilio.auth_token)
        } else {
            (&twilio.api_key_sid, &twilio.api_key_secret)
        };
        let complete =
            problems.require(
                "TWILIO_ACCOUNT_SID",
                "Set it to your account SID (AC…), or set COUNTERSIGN__TWILIO__API_KEY_SID.",
                username,
            )
                & problems.require(
                    "TWILIO_AUTH_TOKEN",
                    "Set it to your auth token, or set COUNTERSIGN__TWILIO__API_KEY_SECRET.",
                    password.expose_secret(),
                )
                & (!needs_service
                    || problems.require(
                        "TWILIO_VERIFICATION_SID",
                        "Set it to the SID of a Verify service (VA…). `countersign twilio create-service` creates one.",
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
        // The constructor of the client checks the rest, including TLS and the system's root certificates.
        problems.check("twilio", twilio_verify::VerifyClient::new(settings.clone())).map(|_| settings)
    }

    fn check_values(&self, problems: &mut Problems) {
        problems.check("passwords", self.hashing().parameters.check());
        if self.codes.channels.is_empty() {
            problems.note("codes.channels: the list is empty. Set at least one channel.");
        }
        if self.codes.channels.contains(&twilio_verify::Channel::Email) {
            problems.note(
                "codes.channels: email cannot be used to log in. Remove it; codes.email_channel enables it for other codes.",
            );
        }
        if !(4..=10).contains(&self.codes.length) {
            problems.note("codes.length: must be from 4 to 10");
        }
        if !(1..=600).contains(&self.tokens.password_ok_seconds) {
            problems.note("tokens.password_ok_seconds: must be from 1 to 600");
        }
        if !(1..=86_400).contains(&self.tokens.access_seconds) {
            problems.note("tokens.access_seconds: must be from 1 to 86400");
        }
        if !(1..=365).contains(&self.tokens.session_days) {
            problems.note("tokens.session_days: must be from 1 to 365");
        }
        if !(1..=365).contains(&self.tokens.session_idle_days) {
            problems.note("tokens.session_idle_days: must be from 1 to 365");
        }
        // During the grace time a replaced refresh token returns the last access token, which must not have
        // expired.
        if self.tokens.refresh_grace_seconds > 300
            || self.tokens.refresh_grace_seconds >= self.tokens.access_seconds
        {
            problems.note(
                "tokens.refresh_grace_seconds: must be at most 300 and less than tokens.access_seconds",
            );
        }
        if self.tokens.issuer.is_empty() || self.tokens.audience.is_empty() {
            problems.note("tokens.issuer and tokens.audience: must not be empty");
        }
        if !(1..=8760).contains(&self.users.unverified_hours) {
            problems.note("users.unverified_hours: must be from 1 to 8760");
        }
        for setting in self.limits.without_whole_hours() {
            problems.note(format!("limits.{setting}: periods must be whole hours, such as 10/h or 20/d"));
        }
        // NIST SP 800-63B-4, section 3.2.2, allows at most 100.
        if self.limits.wrong_codes_in_a_row > 100 {
            problems.note("limits.wrong_codes_in_a_row: must be at most 100; 0 switches it off");
        }
        if !(1..=3650).contains(&self.activity.retention_days) {
            problems.note("activity.retention_days: must be from 1 to 3650");
        }
        if self.housekeeping.interval_seconds > 86_400 {
            problems.note("housekeeping.interval_seconds: must be at most 86400; 0 switches it off");
        }
        let otlp = &self.telemetry.otlp_endpoint;
        if !otlp.is_empty() && !is_origin(otlp.trim_end_matches('/')) {
            problems.note(
                "telemetry.otlp_endpoint: must consist of scheme, host and port, such as http://127.0.0.1:4318",
            );
        }
        problems.check("webhooks", self.webhook_endpoint());
        if self.database.max_connections == 0 {
            problems.note("database.max_connections: must be at least 1");
        }
        if !(1..=10_000).contains(&self.twilio.max_calls) {
            problems.note("twilio.max_calls: must be from 1 to 10000");
        }
        // Lookup does not know all numbers of people, and mobile phones are what codes are sent to.
        if [LineType::Mobile, LineType::Unknown].iter().any(|kind| self.twilio.lookup_refuse.contains(kind)) {
            problems.note("twilio.lookup_refuse: must not contain mobile or unknown");
        }
        if self.server.drain_seconds + self.server.shutdown_seconds > 30 {
            problems.note("server.drain_seconds and server.shutdown_seconds: must add up to at most 30");
        }
        for origin in &self.server.allowed_origins {
            if !is_origin(origin) {
                problems.note(format!(
                    "server.allowed_origins: {origin} is not an origin. Use the form https://app.example.com."
                ));
            }
        }
    }
}

impl Problems {
    fn require(&mut self, variable: &str, hint: &str, value: &str) -> bool {
        if value.is_empty() {
            self.note(format!("{variable} is missing. {hint}"));
        }
        !value.is_empty()
    }
}

/// Whether a text consists of scheme, host and perhaps a port, as browsers send it.
fn is_origin(origin: &str) -> bool {
    let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
    host.is_some_and(|host| !host.is_empty() && !host.contains(['/', '*', '?', '#', '@', ' ']))
}
