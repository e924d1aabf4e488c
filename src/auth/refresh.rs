//! Refresh: the next tokens of a session.

use super::Auth;
use super::client::Client;
use super::error::Error;
use super::events::event::Event;
use super::reason::Reason;
use super::tokens::refresh_token::{Genuine, RefreshToken};
use super::tokens::session::RefreshTokenStatus;
use super::tokens::{LiveSession, Tokens};
use storage::ActivityKind;
use storage::sessions;
use storage::sessions::Session;
use storage::users::User;
use storage::{EndReason, EventKind};
use storage::{Error as StorageError, Id, Timestamp};

impl Auth {
    /// Moves a session to its next generation and answers with its tokens. The previous refresh token gets the
    /// same answer for a short time; an older one ends the session, since two people hold it (RFC 9700, section
    /// 4.14.2).
    ///
    /// # Errors
    /// [`Error::InvalidRefreshToken`].
    pub async fn refresh(&self, token: RefreshToken, client: Client) -> Result<Tokens, Error> {
        let malformed = || Error::InvalidRefreshToken(Reason::Malformed);
        let claim = token.claim().ok_or_else(malformed)?;
        let id = claim.session_id;
        let found = self.db.read(async move |mut c| sessions::find_with_user(&mut c, id).await).await?;
        let (session, user) = found.ok_or_else(malformed)?;
        let token = self.refresh_tokens.check(&claim, &session).ok_or_else(malformed)?;
        let found = match self.status(token, &session)? {
            RefreshTokenStatus::Current => {
                let (rotated, session, user) = self.rotate(token, id, &client).await?;
                if rotated {
                    return self.mint(LiveSession::continued(token, session, user)).await;
                }
                // Another request was faster: this one has the previous token now.
                (session, user)
            }
            RefreshTokenStatus::Previous | RefreshTokenStatus::Reused => (session, user),
        };
        let (session, user) = found;
        match self.status(token, &session)? {
            RefreshTokenStatus::Current | RefreshTokenStatus::Previous => {
                self.mint(LiveSession::continued(token, session, user)).await
            }
            RefreshTokenStatus::Reused => Err(self.end_reused(&session, &client).await?),
        }
    }

    fn status(&self, token: Genuine, session: &Session) -> Result<RefreshTokenStatus, Error> {
        let now = self.clock.now();
        match self.sessions.ended(&session.state(), now) {
            Some(reason) => Err(Error::InvalidRefreshToken(reason)),
            None => Ok(self.sessions.status(token, session, now)),
        }
    }

    /// Moves the session on, where no other request has done so, and reads what it is now.
    async fn rotate(&self, token: Genuine, id: Id, client: &Client) -> Result<(bool, Session, User), Error> {
        let (now, client) = (self.clock.now(), client.clone());
        let idle_since = Timestamp(self.sessions.idle_since(now));
        let (rotated, found) = self
            .write(async move |mut c| -> Result<_, StorageError> {
                let rotated =
                    sessions::rotate(&mut c, id, token.generation(), idle_since, Timestamp(now)).await?;
                let found = sessions::find_with_user(&mut c, id).await?;
                if let Some((session, _)) = found.as_ref().filter(|_| rotated) {
                    c.record(Event::new(EventKind::SessionRenewed, session.user_id, &client, now)).await?;
                }
                Ok((rotated, found))
            })
            .await?;
        // Gone with its user.
        let (session, user) = found.ok_or(Error::InvalidRefreshToken(Reason::SessionEnded))?;
        Ok((rotated, session, user))
    }

    /// Two people hold this session's tokens, and nobody can tell which of them is the user.
    async fn end_reused(&self, session: &Session, client: &Client) -> Result<Error, Error> {
        let (id, now, reason) = (session.id, self.clock.now(), Reason::ReuseDetected);
        let event = Event::of_activity(ActivityKind::RefreshReused, session.user_id, client, now);
        self.write(async move |mut c| -> Result<(), StorageError> {
            match sessions::end(&mut c, id, EndReason::ReuseDetected, Timestamp(now)).await? {
                true => c.record(event).await,
                false => Ok(()),
            }
        })
        .await?;
        Ok(Error::InvalidRefreshToken(reason))
    }
}
