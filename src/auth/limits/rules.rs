//! The limits: which of them apply to an attempt, and what they count.

use std::sync::Arc;

use aws_lc_rs::hmac;
use secrecy::ExposeSecret;
use storage::Id;
use storage::users::User;

use super::conversion_guard::{ConversionGuard, Conversions};
use super::limit_check::{LimitCheck, LimitChecks};
use super::limit_kind::LimitKind;
use super::network::{host, network};
use super::quota::Quota;
use super::rate::Rate;
use super::send::SendChecks;
use super::settings::LimitSettings;
use super::throttle::Limit;
use crate::auth::client::Client;
use crate::auth::error::Error;
use crate::auth::tokens::secret::DeploymentSecret;
use crate::auth::values::email::Email;

/// Bytes of a key: half of the HMAC, which is still collision-resistant (RFC 2104, section 5).
const KEY_LENGTH: usize = 16;
/// The rate that applies after too many wrong codes in a row.
const AFTER_TOO_MANY: Rate = Rate { attempts: 1, period: 86_400 };

/// Decides which limits apply, and derives the keys of their rows.
pub(crate) struct Limits {
    key: hmac::Key,
    settings: LimitSettings,
    conversions: Arc<Conversions>,
}

impl Limits {
    pub(crate) fn new(secret: &DeploymentSecret, settings: LimitSettings) -> Result<Self, Error> {
        let key = secret.derive("countersign/throttle/v1")?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, key.expose_secret());
        let conversions = Conversions::new(&settings);
        Ok(Self { key, settings, conversions })
    }

    /// Returns the same limits without those that count a client's address.
    pub(crate) fn without_addresses(&self) -> Self {
        let settings = self.settings.clone().without_addresses();
        let conversions = Conversions::new(&settings);
        Self { key: self.key.clone(), settings, conversions }
    }

    /// Returns the limits of comparing a password at log-in.
    pub(crate) fn log_in(&self, email: &Email, client: &Client, quota: Quota) -> LimitChecks {
        let account = email.as_str().to_ascii_lowercase();
        let host = host(client.ip_address);
        let both = format!("{account} {host}");
        self.checks(&[
            (LimitKind::WrongPasswordsPerAccountAndAddress, Quota::Public, &both),
            (LimitKind::WrongPasswordsPerAccount, quota, &account),
            (LimitKind::WrongPasswordsPerAddress, Quota::Public, &host),
        ])
    }

    /// Returns the limits of confirming the password of a session.
    pub(crate) fn confirmation(&self, session: Id) -> LimitChecks {
        self.checks(&[(LimitKind::WrongPasswordsPerSession, Quota::Public, &session.to_string())])
    }

    /// Returns the limits of checking a code.
    pub(crate) fn code_check(&self, user: Id, quota: Quota) -> LimitChecks {
        self.checks(&[(LimitKind::WrongCodesPerUser, quota, &user.to_string())])
    }

    /// Returns the limits of checking a code after `in_a_row` wrong ones, including this one.
    pub(crate) fn code_check_in_a_row(&self, user: Id, in_a_row: u32) -> LimitChecks {
        let max = self.settings.wrong_codes_in_a_row;
        let is_too_many = max > 0 && in_a_row > max;
        let check = is_too_many.then(|| {
            let subject = format!("{user} in a row");
            self.check(LimitKind::WrongCodesPerUser, AFTER_TOO_MANY, Quota::Public, &subject)
        });
        check.into_iter().collect()
    }

    /// Returns the limits of sending a code to a user's own number or to a new contact. The two are counted
    /// separately, and so are codes to a number that its user has proved: other users who enter the number do
    /// not use up its quota.
    pub(crate) fn code(&self, user: &User, destination: &str, client: &Client) -> SendChecks {
        let is_proved = user.phone_number_verified_at.is_some() && user.phone_number == destination;
        let quota = if is_proved { Quota::Known } else { Quota::Public };
        let guard = if is_proved { None } else { self.guard(destination) };
        // A user who enters a contact of another person must not use up the quota of that person's sign-up.
        let destination = if user.phone_number == destination {
            destination.to_owned()
        } else {
            format!("new {}", destination.to_ascii_lowercase())
        };
        let host = host(client.ip_address);
        let network = network(client.ip_address);
        let checks = self.checks(&[
            (LimitKind::CodesPerDestination, quota, &destination),
            (LimitKind::CodesPerUser, Quota::Public, &user.id.to_string()),
            (LimitKind::CodesPerAddress, Quota::Public, &host),
            (LimitKind::CodesPerNetwork, Quota::Public, &network),
        ]);
        SendChecks::new(checks, guard, is_proved)
    }

    /// Returns the guard of codes to an unproved number, or `None` if conversions are not limited or the
    /// destination is an email address.
    pub(crate) fn guard(&self, destination: &str) -> Option<ConversionGuard> {
        self.conversions.guard(destination)
    }

    /// Returns the limits of signing up.
    pub(crate) fn sign_up(&self, client: &Client) -> LimitChecks {
        let host = host(client.ip_address);
        let network = network(client.ip_address);
        self.checks(&[
            (LimitKind::SignUpsPerAddress, Quota::Public, &host),
            (LimitKind::SignUpsPerNetwork, Quota::Public, &network),
        ])
    }

    /// Returns the limits of a password reset. They count only what is known of an unregistered address too.
    pub(crate) fn password_reset(&self, email: &Email, client: &Client, quota: Quota) -> SendChecks {
        let account = email.as_str().to_ascii_lowercase();
        let host = host(client.ip_address);
        let checks = self.checks(&[
            (LimitKind::CodesPerAddress, Quota::Public, &host),
            (LimitKind::CodesPerNetwork, Quota::Public, &network(client.ip_address)),
            (LimitKind::PasswordResetsPerEmail, quota, &account),
            (LimitKind::PasswordResetsPerAddress, Quota::Public, &host),
        ]);
        SendChecks::new(checks, None, false)
    }

    fn checks(&self, subjects: &[(LimitKind, Quota, &str)]) -> LimitChecks {
        let rates = |kind| self.settings.rates.get(kind).into_iter().flatten();
        let checks = subjects.iter().flat_map(|(kind, quota, subject)| {
            rates(kind).map(|rate| self.check(*kind, *rate, *quota, subject))
        });
        checks.collect()
    }

    fn check(&self, kind: LimitKind, rate: Rate, quota: Quota, subject: &str) -> LimitCheck {
        let quota = if quota == Quota::Known { "known" } else { "" };
        // Only the last part can contain a line break.
        let name = format!("{}\n{}\n{quota}\n{subject}", kind.as_str(), rate.period);
        let tag = hmac::sign(&self.key, name.as_bytes());
        let key = tag.as_ref().iter().copied().take(KEY_LENGTH).collect();
        LimitCheck { kind, limit: Limit { rate, grows: !kind.counts_addresses() }, key }
    }
}
