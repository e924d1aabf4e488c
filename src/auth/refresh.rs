//! Refresh: the next tokens of a session.

use storage::sessions::Session;
use storage::{ActivityKind, EndReason, EventKind, Rotated, Rotation, SessionEnd, Timestamp};

use super::Auth;
use super::client::Client;
use super::error::Error;
use super::events::event::Event;
use super::reason::Reason;
use super::tokens::refresh_token::{Genuine, RefreshToken};
use super::tokens::session::RefreshTokenStatus;
use super::tokens::{LiveSession, Tokens};

impl Auth {
    /// Moves a session to its next generation and returns its tokens. For a short time the previous refresh
    /// token gets the same tokens again. An older one ends the session, because it has leaked (RFC 9700,
    /// section 4.14.2).
    ///
    /// # Errors
    /// [`Error::InvalidRefreshToken`].
    pub async fn refresh(&self, token: RefreshToken, client: Client) -> Result<Tokens, Error> {
        let malformed = || Error::InvalidRefreshToken(Reason::Malformed);
        let claim = token.claim().ok_or_else(malformed)?;
        let found = self.db.session_to_refresh(claim.session_id).await?;
        let (mut session, mut user) = found.ok_or_else(malformed)?;
        let token = self.refresh_tokens.check(&claim, &session).ok_or_else(malformed)?;
        if self.refresh_token_status(token, &session)? == RefreshTokenStatus::Current {
            let rotated = self.rotate(token, &session, &client).await?;
            (session, user) = (rotated.session, rotated.user);
            if rotated.by_this_request {
                return self.mint(LiveSession::continued(token, session, user)).await;
            }
            // Another request was faster, so this one has the previous token now.
        }
        match self.refresh_token_status(token, &session)? {
            RefreshTokenStatus::Current | RefreshTokenStatus::Previous => {
                self.mint(LiveSession::continued(token, session, user)).await
            }
            RefreshTokenStatus::Reused => Err(self.end_reused(&session, &client).await?),
        }
    }

    fn refresh_token_status(&self, token: Genuine, session: &Session) -> Result<RefreshTokenStatus, Error> {
        let now = self.clock.now();
        match self.sessions.ended(&session.state(), now) {
            Some(reason) => Err(Error::InvalidRefreshToken(reason)),
            None => Ok(self.sessions.status(token, session, now)),
        }
    }

    async fn rotate(&self, token: Genuine, session: &Session, client: &Client) -> Result<Rotated, Error> {
        let now = self.clock.now();
        let event = Event::new(EventKind::SessionRenewed, session.user_id, client, now);
        let rotation = Rotation {
            session: session.id,
            generation: token.generation(),
            idle_since: Timestamp(self.sessions.idle_since(now)),
            event: self.rows(&event),
            now: Timestamp(now),
        };
        let rotated = self.db.rotate_refresh_token(rotation).await?;
        // Without a row, the session was deleted together with its user.
        let rotated = rotated.ok_or(Error::InvalidRefreshToken(Reason::SessionEnded))?;
        if rotated.by_this_request {
            self.emit(&event);
        }
        Ok(rotated)
    }

    /// Ends a session whose tokens two clients hold. It is impossible to tell which of them is the user.
    async fn end_reused(&self, session: &Session, client: &Client) -> Result<Error, Error> {
        let now = self.clock.now();
        let event = Event::of_activity(ActivityKind::RefreshReused, session.user_id, client, now);
        let end = SessionEnd {
            session: session.id,
            user_id: session.user_id,
            reason: EndReason::ReuseDetected,
            event: self.rows(&event),
            now: Timestamp(now),
        };
        if self.db.end_session(end).await? {
            self.emit(&event);
        }
        Ok(Error::InvalidRefreshToken(Reason::ReuseDetected))
    }
}
