//! The rules of a challenge: how often, how long, how soon. Pure; time is an argument.

use chrono::{DateTime, TimeDelta, Utc};
use storage::Purpose;
use storage::challenges::{Challenge, MAX_CHECKS};
use twilio_verify::Channel;

use super::challenge_view::ChallengeView;
use super::channel::twilio_channel;
use super::line_type::LineTypes;
use crate::auth::error::Error;
use crate::auth::reason::Reason;
use crate::auth::values::region::Regions;
use crate::auth::values::{email, phone_number};

/// Seconds to wait after the first code, the second, and so on (Twilio recommends 30 s or more). Including
/// the first, that makes five codes, after which Twilio rejects more (60203).
pub const RESEND_WAITS: [i64; 4] = [30, 40, 60, 90];
/// The lifetime of Twilio's codes in seconds, from the first one on. A resend does not extend it.
pub const CODE_LIFETIME_SECONDS: i64 = 600;

/// The policy for one-time codes.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The channels that a caller may choose, the default first. All lead to a phone.
    pub channels: Vec<Channel>,
    /// Whether codes are also sent by email, for a forgotten password and to prove a new address.
    pub email_channel: bool,
    /// The number of digits of a code, as configured in the Verify service.
    pub code_length: u8,
    /// The Android apps that may read the message automatically.
    pub android_app_hashes: Vec<String>,
    /// The regions to whose numbers codes are sent.
    pub regions: Regions,
    /// The line types to which no code is sent.
    pub line_types: LineTypes,
    /// How long an unverified user holds an email address, a number and a username.
    pub unverified_kept: TimeDelta,
    /// Twilio's template of the message, if it is not the default of the service.
    pub template_sid: Option<String>,
}

impl Policy {
    pub(crate) fn view(&self, challenge: &Challenge, now: DateTime<Utc>) -> ChallengeView {
        // After the last check a code is useless, so none is sent.
        let resends_left = if is_exhausted(challenge) { 0 } else { sends_left(challenge) };
        let resend_available_at = resend_available_at(challenge).filter(|_| resends_left > 0);
        let by_email = challenge.purpose == Purpose::EmailChange;
        let expires_at = challenge.expires_at.0;
        ChallengeView {
            channel: twilio_channel(challenge.channel),
            channels: if by_email { vec![Channel::Email] } else { self.channels.clone() },
            destination: if by_email {
                email::masked(&challenge.destination)
            } else {
                phone_number::masked(&challenge.destination)
            },
            code_length: self.code_length,
            expires_at,
            expires_in: seconds_until(expires_at, now),
            resend_available_at,
            resend_in: resend_available_at.map(|at| seconds_until(at, now)),
            resends_left: u32::try_from(resends_left).unwrap_or(0),
            attempts_left: u32::try_from(MAX_CHECKS - challenge.failed_checks).unwrap_or(0),
        }
    }
}

/// Returns the seconds until `then`, rounded up, so that a client that waits for them is not too early.
pub(crate) fn seconds_until(then: DateTime<Utc>, now: DateTime<Utc>) -> i64 {
    let milliseconds = (then - now).num_milliseconds().max(0);
    milliseconds.div_euclid(1000) + i64::from(milliseconds.rem_euclid(1000) > 0)
}

/// Returns the seconds until `then` for `Retry-After`: at least one.
pub(crate) fn retry_after(then: DateTime<Utc>, now: DateTime<Utc>) -> u32 {
    u32::try_from(seconds_until(then, now)).unwrap_or(u32::MAX).max(1)
}

/// Returns when the next code can be requested, or `None` after the last one.
pub(crate) fn resend_available_at(challenge: &Challenge) -> Option<DateTime<Utc>> {
    let index = usize::try_from(challenge.sends - 1).unwrap_or(0);
    RESEND_WAITS.get(index).map(|wait| challenge.last_sent_at.0 + TimeDelta::seconds(*wait))
}

fn sends_left(challenge: &Challenge) -> i32 {
    let most = i32::try_from(RESEND_WAITS.len()).unwrap_or(0) + 1;
    (most - challenge.sends).max(0)
}

/// Whether the checks are used up. Then no code can be sent or checked, so the holder of the password-ok
/// token may log in again.
pub(crate) fn is_exhausted(challenge: &Challenge) -> bool {
    challenge.failed_checks >= MAX_CHECKS
}

/// Returns why a challenge has ended, if it has. Its token is rejected with this reason.
pub(crate) fn ended(challenge: &Challenge) -> Option<Reason> {
    match (challenge.spent_at, challenge.cancelled_at) {
        (Some(_), _) => Some(Reason::Spent),
        (None, Some(_)) => Some(challenge.cancel_reason.map_or(Reason::LoggedOut, Reason::from)),
        (None, None) => None,
    }
}

/// Whether the challenge accepts a check, according to this row.
pub(crate) fn accepts_checks(challenge: &Challenge, now: DateTime<Utc>) -> bool {
    let is_open = ended(challenge).is_none() && challenge.verification_sid.is_some();
    is_open && challenge.expires_at.0 > now && !is_exhausted(challenge)
}

/// Builds the error of a check that the challenge does not accept.
pub(crate) fn rejected_check(policy: &Policy, challenge: &Challenge, now: DateTime<Utc>) -> Error {
    if let Some(reason) = ended(challenge) {
        return Error::InvalidToken(reason);
    }
    let view = Box::new(policy.view(challenge, now));
    if is_exhausted(challenge) { exhausted_challenge(view, now) } else { Error::ChallengeExpired(Some(view)) }
}

/// Builds the error that rejects a resend now, if there is one.
pub(crate) fn resend_rejection(policy: &Policy, challenge: &Challenge, now: DateTime<Utc>) -> Option<Error> {
    let view = || Box::new(policy.view(challenge, now));
    match resend_available_at(challenge).filter(|_| !is_exhausted(challenge)) {
        None => Some(exhausted_challenge(view(), now)),
        Some(at) if at > now => {
            Some(Error::ResendTooSoon { challenge: view(), retry_after: retry_after(at, now) })
        }
        Some(_) => None,
    }
}

/// Builds the error of a challenge whose checks or sends are used up. Twilio accepts no new start for the
/// number before the verification has expired, so the user must wait until then.
pub(crate) fn exhausted_challenge(challenge: Box<ChallengeView>, now: DateTime<Utc>) -> Error {
    let retry_after = Some(retry_after(challenge.expires_at, now));
    Error::TooManyAttempts { challenge: Some(challenge), retry_after }
}

#[cfg(test)]
mod tests {
    use super::*;
    use storage::{Id, Timestamp};

    fn challenge(now: DateTime<Utc>) -> Challenge {
        Challenge {
            id: Id::new(now),
            user_id: Id::new(now),
            destination: "+12015550123".into(),
            verification_sid: None,
            channel: storage::Channel::Call,
            sends: 1,
            last_sent_at: Timestamp(now),
            failed_checks: 0,
            created_at: Timestamp(now),
            expires_at: Timestamp(now + TimeDelta::seconds(CODE_LIFETIME_SECONDS)),
            spent_at: None,
            cancelled_at: None,
            cancel_reason: None,
            purpose: Purpose::LogIn,
        }
    }

    #[test]
    fn resends_wait_longer_each_time_and_end_after_five_sends() {
        let now = DateTime::UNIX_EPOCH;
        let waits: Vec<Option<i64>> = (1..=6)
            .map(|sends| {
                resend_available_at(&Challenge { sends, ..challenge(now) }).map(|at| (at - now).num_seconds())
            })
            .collect();
        assert_eq!(waits, [Some(30), Some(40), Some(60), Some(90), None, None]);
        assert_eq!(sends_left(&Challenge { sends: 1, ..challenge(now) }), 4);
        assert_eq!(sends_left(&Challenge { sends: 5, ..challenge(now) }), 0);
    }

    #[test]
    fn seconds_are_rounded_up() {
        let now = DateTime::UNIX_EPOCH;
        assert_eq!(seconds_until(now + TimeDelta::milliseconds(1), now), 1);
        assert_eq!(seconds_until(now + TimeDelta::milliseconds(2000), now), 2);
        assert_eq!(seconds_until(now - TimeDelta::seconds(5), now), 0);
        assert_eq!(retry_after(now - TimeDelta::seconds(5), now), 1);
    }

    #[test]
    fn the_view_hides_the_number_and_counts_what_is_left() {
        let now = DateTime::UNIX_EPOCH;
        let policy = Policy {
            channels: vec![Channel::Sms, Channel::Call],
            email_channel: false,
            code_length: 6,
            android_app_hashes: vec![],
            regions: Regions::default(),
            line_types: LineTypes::default(),
            unverified_kept: TimeDelta::hours(24),
            template_sid: None,
        };
        let view = policy.view(&Challenge { failed_checks: 2, sends: 2, ..challenge(now) }, now);
        assert_eq!((view.attempts_left, view.resends_left, view.resend_in), (3, 3, Some(40)));
        assert_eq!(view.destination, "+1******0123");
        assert_eq!(view.channel, Channel::Call);
        assert_eq!(view.expires_in, 600);
        let dead = policy.view(&Challenge { failed_checks: MAX_CHECKS, ..challenge(now) }, now);
        assert_eq!((dead.attempts_left, dead.resends_left, dead.resend_in), (0, 0, None));
    }
}
