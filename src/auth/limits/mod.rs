//! Which limits guard what, and whom they count.

pub(crate) mod admission;
pub(crate) mod conversion;
pub(crate) mod conversions;
pub(crate) mod limit_kind;
pub(crate) mod network;
pub(crate) mod rate;
pub(crate) mod report;
pub(crate) mod reservation;
pub(crate) mod send;
pub(crate) mod settings;
pub(crate) mod standings;
pub(crate) mod throttle;

use std::sync::Arc;

use aws_lc_rs::hmac;
use secrecy::ExposeSecret;

use super::client::Client;
use super::error::Error;
use super::tokens::secret::DeploymentSecret;
use super::values::email::Email;
use admission::{Count, Counts};
use conversions::{Conversions, Watched};
use limit_kind::LimitKind;
use network::{host, network};
use rate::Rate;
use send::SendCounts;
use settings::LimitSettings;
use storage::Id;
use storage::users::User;
use throttle::Limit;

/// Bytes of a key: half of the HMAC, which is still more than anybody can make collide (RFC 2104, section 5).
const KEY_LENGTH: usize = 16;
/// What is left to whoever has failed too often in a row.
const AFTER_TOO_MANY: Rate = Rate { attempts: 1, period: 86_400 };

/// Whose share of an account's limit an attempt is counted as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Share {
    /// Everybody's.
    Everybodys,
    /// That of clients from whose addresses the account has proved itself before (NIST SP 800-63B-4, section 3.2.2).
    Known,
}

/// Makes the keys under which attempts are counted.
pub(super) struct Limits {
    key: hmac::Key,
    settings: LimitSettings,
    conversions: Arc<Conversions>,
}

impl Limits {
    pub(super) fn new(secret: &DeploymentSecret, settings: LimitSettings) -> Result<Self, Error> {
        let key = secret.derive("countersign/throttle/v1")?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, key.expose_secret());
        let conversions = Conversions::new(&settings);
        Ok(Self { key, settings, conversions })
    }

    /// The same key, and no limit that counts a client's address.
    pub(super) fn without_addresses(&self) -> Self {
        let settings = self.settings.clone().without_addresses();
        let conversions = Conversions::new(&settings);
        Self { key: self.key.clone(), settings, conversions }
    }

    /// A password is compared at log-in, counted before it is.
    pub(super) fn log_in(&self, email: &Email, client: &Client, share: Share) -> Counts {
        let (account, host) = (email.as_str().to_ascii_lowercase(), host(client.ip_address));
        let both = format!("{account} {host}");
        self.counts(&[
            (LimitKind::WrongPasswordsPerAccountAndAddress, Share::Everybodys, &both),
            (LimitKind::WrongPasswordsPerAccount, share, &account),
            (LimitKind::WrongPasswordsPerAddress, Share::Everybodys, &host),
        ])
    }

    /// A password is compared of somebody who is logged in.
    pub(super) fn confirmation(&self, session: Id) -> Counts {
        self.counts(&[(LimitKind::WrongPasswordsPerSession, Share::Everybodys, &session.to_string())])
    }

    /// A code is checked.
    pub(super) fn code_check(&self, user: Id, share: Share) -> Counts {
        self.counts(&[(LimitKind::WrongCodesPerUser, share, &user.to_string())])
    }

    /// The same, of a user who has had so many wrong ones since the last that was right, this one included.
    pub(super) fn code_check_in_a_row(&self, user: Id, in_a_row: u32) -> Counts {
        let (kind, mut counts) = (LimitKind::WrongCodesPerUser, Counts::default());
        let most = self.settings.wrong_codes_in_a_row;
        if most > 0 && in_a_row > most {
            counts.add(self.count(kind, AFTER_TOO_MANY, Share::Everybodys, &format!("{user} in a row")));
        }
        counts
    }

    /// A code is sent to a user's own number, or to what shall be theirs. The two are counted apart, and so are codes to
    /// somebody who has proved that the number is theirs: whoever else names the number does not use those up.
    pub(super) fn code(&self, user: &User, destination: &str, client: &Client) -> SendCounts {
        let is_proved = user.phone_number_verified_at.is_some() && user.phone_number == destination;
        let share = if is_proved { Share::Known } else { Share::Everybodys };
        let watched = if is_proved { None } else { self.watch(destination) };
        // Whoever names a number or an address that is not theirs uses up nothing of whoever signs up with it.
        let destination = match user.phone_number == destination {
            true => destination.to_owned(),
            false => format!("new {}", destination.to_ascii_lowercase()),
        };
        let (host, network) = (host(client.ip_address), network(client.ip_address));
        let counts = self.counts(&[
            (LimitKind::CodesPerDestination, share, &destination),
            (LimitKind::CodesPerUser, Share::Everybodys, &user.id.to_string()),
            (LimitKind::CodesPerAddress, Share::Everybodys, &host),
            (LimitKind::CodesPerNetwork, Share::Everybodys, &network),
        ]);
        SendCounts::new(counts, watched, is_proved)
    }

    /// A number that nobody has proved yet, as what becomes of codes to it is counted; `None` where that is not limited, and
    /// for an email address.
    pub(super) fn watch(&self, destination: &str) -> Option<Watched> {
        self.conversions.watch(destination)
    }

    /// Somebody signs up.
    pub(super) fn sign_up(&self, client: &Client) -> Counts {
        let (host, network) = (host(client.ip_address), network(client.ip_address));
        self.counts(&[
            (LimitKind::SignUpsPerAddress, Share::Everybodys, &host),
            (LimitKind::SignUpsPerNetwork, Share::Everybodys, &network),
        ])
    }

    /// A password is forgotten, and a code sent where the address is a user's. All that is counted is what is known of
    /// nobody's address too.
    pub(super) fn password_reset(&self, email: &Email, client: &Client, share: Share) -> SendCounts {
        let (account, host) = (email.as_str().to_ascii_lowercase(), host(client.ip_address));
        let counts = self.counts(&[
            (LimitKind::CodesPerAddress, Share::Everybodys, &host),
            (LimitKind::CodesPerNetwork, Share::Everybodys, &network(client.ip_address)),
            (LimitKind::PasswordResetsPerEmail, share, &account),
            (LimitKind::PasswordResetsPerAddress, Share::Everybodys, &host),
        ]);
        SendCounts::new(counts, None, false)
    }

    fn counts(&self, subjects: &[(LimitKind, Share, &str)]) -> Counts {
        let mut counts = Counts::default();
        for (kind, share, subject) in subjects {
            for rate in self.settings.rates.get(kind).into_iter().flatten() {
                counts.add(self.count(*kind, *rate, *share, subject));
            }
        }
        counts
    }

    fn count(&self, kind: LimitKind, rate: Rate, share: Share, subject: &str) -> Count {
        let share = if share == Share::Known { "known" } else { "" };
        // No part but the last can hold a line break.
        let name = format!("{}\n{}\n{share}\n{subject}", kind.as_str(), rate.period);
        let tag = hmac::sign(&self.key, name.as_bytes());
        let key = tag.as_ref().iter().copied().take(KEY_LENGTH).collect();
        Count { kind, limit: Limit { rate, grows: !kind.counts_addresses() }, key }
    }
}
