//! Converts the configuration to the settings of each component.

use std::time::Duration;

use chrono::TimeDelta;
use secrecy::ExposeSecret;

use super::Settings;
use super::settings::Webhooks;
use crate::auth::{
    EventKind, HashParameters, HashingSettings, HousekeepingSettings, LimitSettings, LineTypes, Policy,
    Regions, SessionPolicy, TokenSettings, default_webhook_events,
};
use crate::http::request::client_ip::TrustedProxies;
use crate::server;
use crate::webhooks::{Endpoint, InvalidEndpoint};

impl Settings {
    /// Returns the policy for one-time codes.
    pub fn policy(&self) -> Policy {
        Policy {
            channels: self.codes.channels.clone(),
            email_channel: self.codes.email_channel,
            code_length: self.codes.length,
            android_app_hashes: self.codes.android_app_hashes.clone(),
            regions: Regions::new(self.codes.regions.iter().copied()),
            line_types: self.line_types(),
            unverified_kept: TimeDelta::hours(self.users.unverified_hours.into()),
            template_sid: Some(self.codes.template_sid.clone()).filter(|sid| !sid.is_empty()),
        }
    }

    fn line_types(&self) -> LineTypes {
        if self.twilio.lookup {
            LineTypes::refusing(self.twilio.lookup_refuse.iter().copied())
        } else {
            LineTypes::default()
        }
    }

    /// Returns the settings of tokens: issuer, audience and lifetimes.
    pub fn token_settings(&self) -> TokenSettings {
        TokenSettings {
            issuer: self.tokens.issuer.clone(),
            audience: self.tokens.audience.clone(),
            client_id: self.tokens.client_id.clone(),
            password_ok_lifetime: TimeDelta::seconds(self.tokens.password_ok_seconds.into()),
            access_lifetime: TimeDelta::seconds(self.tokens.access_seconds.into()),
            key_lead: TimeDelta::seconds(self.tokens.key_lead_seconds.into()),
        }
    }

    /// Returns the lifetimes of sessions.
    pub fn session_policy(&self) -> SessionPolicy {
        SessionPolicy {
            lifetime: TimeDelta::days(self.tokens.session_days.into()),
            idle_lifetime: TimeDelta::days(self.tokens.session_idle_days.into()),
            refresh_grace: TimeDelta::seconds(self.tokens.refresh_grace_seconds.into()),
        }
    }

    /// Returns the rate limits.
    pub fn limit_settings(&self) -> LimitSettings {
        self.limits.settings()
    }

    /// Returns the cost of a password hash and the size of the hashing queue.
    pub fn hashing(&self) -> HashingSettings {
        let Self { passwords, .. } = self;
        HashingSettings {
            parameters: HashParameters {
                memory_kib: passwords.memory_kib,
                iterations: passwords.iterations,
                parallelism: passwords.parallelism,
            },
            simd: passwords.simd,
            threads: passwords.threads,
            queue: passwords.queue,
        }
    }

    /// Returns the settings of the HTTP server.
    pub fn server_settings(&self) -> server::Settings {
        server::Settings {
            workers: self.server.workers,
            trusted_proxies: TrustedProxies(self.server.trusted_proxies.clone()),
            allowed_origins: self.server.allowed_origins.clone(),
            shutdown: Duration::from_secs(self.server.shutdown_seconds),
        }
    }

    /// Returns the receiver of webhooks. `None` means that webhooks are switched off.
    ///
    /// # Errors
    /// If the URL or the secret is missing or invalid.
    pub fn webhook_endpoint(&self) -> Result<Option<Endpoint>, InvalidEndpoint> {
        let Webhooks { url, secret, .. } = &self.webhooks;
        if !url.expose_secret().is_empty() {
            Endpoint::parse(url, secret).map(Some)
        } else if secret.expose_secret().is_empty() {
            Ok(None)
        } else {
            Err(InvalidEndpoint::NoUrl)
        }
    }

    /// Returns the events that webhooks send.
    pub fn webhook_events(&self) -> Vec<EventKind> {
        if self.webhooks.url.expose_secret().is_empty() {
            Vec::new()
        } else if self.webhooks.events.is_empty() {
            default_webhook_events()
        } else {
            self.webhooks.events.clone()
        }
    }

    /// Returns when old rows are deleted. `None` means never.
    pub fn housekeeping_settings(&self) -> Option<HousekeepingSettings> {
        (self.housekeeping.interval_seconds > 0).then(|| HousekeepingSettings {
            interval: TimeDelta::seconds(self.housekeeping.interval_seconds.into()),
            activities_kept: TimeDelta::days(self.activity.retention_days.into()),
            tokens: self.token_settings(),
        })
    }
}
