//! The rules of a session: how long it lives, and which generation of its refresh token still counts. Pure; time
//! is an argument.

use chrono::{DateTime, TimeDelta, Utc};

use super::refresh_token::Genuine;
use crate::auth::reason::Reason;
use storage::sessions::{Session, SessionState};

/// How long sessions live.
#[derive(Debug, Clone, Copy)]
pub struct SessionPolicy {
    /// From verify to the session's fixed end.
    pub lifetime: TimeDelta,
    /// A session whose tokens are not refreshed for this long ends.
    pub idle_lifetime: TimeDelta,
    /// How long the previous refresh token still gets the current one. A deliberate deviation from the strictest
    /// reading of RFC 9700, section 4.14.2: without it an answer that is lost on a mobile network, or two tabs
    /// that refresh at once, would log an honest user out.
    pub refresh_grace: TimeDelta,
}

impl SessionPolicy {
    /// Why a session is over, if it is.
    pub(crate) fn ended(&self, session: &SessionState, now: DateTime<Utc>) -> Option<Reason> {
        if session.ended_at.is_some() {
            return Some(session.end_reason.map_or(Reason::SessionEnded, Reason::from));
        }
        let alive = now < session.expires_at.0 && self.idle_since(now) < session.last_used_at.0;
        (!alive).then_some(Reason::Expired)
    }

    /// Sessions last used then or earlier are over.
    pub(crate) fn idle_since(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        now - self.idle_lifetime
    }

    /// What a genuine refresh token of a living session is worth.
    pub(crate) fn standing(&self, token: Genuine, session: &Session, now: DateTime<Utc>) -> Standing {
        if token.generation() == session.generation {
            return Standing::Current;
        }
        let previous = token.generation().checked_add(1) == Some(session.generation);
        // The clocks of replicas may differ: a rotation in the future is a recent one.
        match previous && now <= session.rotated_at.0 + self.refresh_grace {
            true => Standing::Previous,
            false => Standing::Reused,
        }
    }
}

/// What a genuine refresh token is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Moves the session to the next generation.
    Current,
    /// Its answer may have been lost: it gets the current one again.
    Previous,
    /// It was replaced long ago: somebody has a copy.
    Reused,
}
