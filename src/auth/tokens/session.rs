//! The rules of a session: its lifetime, and the generation of its refresh token. Pure functions of the time.

use chrono::{DateTime, TimeDelta, Utc};
use storage::sessions::{Session, SessionState};

use super::refresh_token::Genuine;
use crate::auth::reason::Reason;

/// The lifetimes of sessions.
#[derive(Debug, Clone, Copy)]
pub struct SessionPolicy {
    /// The time from verify to the session's fixed end.
    pub lifetime: TimeDelta,
    /// A session ends if its tokens are not refreshed for this long.
    pub idle_lifetime: TimeDelta,
    /// How long the previous refresh token is still exchanged for the current tokens. This deviates from the
    /// strictest reading of RFC 9700, section 4.14.2: otherwise a response lost on a mobile network, or two
    /// tabs that refresh at once, would log the user out.
    pub refresh_grace: TimeDelta,
}

impl SessionPolicy {
    /// Returns why a session has ended; `None` if it is live.
    pub(crate) fn ended(&self, session: &SessionState, now: DateTime<Utc>) -> Option<Reason> {
        if session.ended_at.is_some() {
            return Some(session.end_reason.map_or(Reason::SessionEnded, Reason::from));
        }
        let alive = now < session.expires_at.0 && self.idle_since(now) < session.last_used_at.0;
        (!alive).then_some(Reason::Expired)
    }

    /// Returns the time since which a live session must have been used.
    pub(crate) fn idle_since(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        now - self.idle_lifetime
    }

    /// Returns the status of a genuine refresh token of a live session.
    pub(crate) fn status(&self, token: Genuine, session: &Session, now: DateTime<Utc>) -> RefreshTokenStatus {
        if token.generation() == session.generation {
            return RefreshTokenStatus::Current;
        }
        let previous = token.generation().checked_add(1) == Some(session.generation);
        // The clocks of replicas may differ, so a rotation in the future counts as recent.
        if previous && now <= session.rotated_at.0 + self.refresh_grace {
            RefreshTokenStatus::Previous
        } else {
            RefreshTokenStatus::Reused
        }
    }
}

/// The status of a genuine refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RefreshTokenStatus {
    /// It is exchanged for the tokens of the next generation.
    Current,
    /// The response to it may have been lost, so it is exchanged for the current tokens again.
    Previous,
    /// It was replaced long ago, so a copy of it exists.
    Reused,
}
