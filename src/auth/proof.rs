//! Proof of who is calling, as types.
//!
//! A rule that needs full access takes `&Verified<FullAccess>`; there is one way to get one, and it leads
//! through the signature, the claims and the database. What cannot be written down:
//!
//! ```compile_fail
//! use countersign::auth::proof::{FullAccess, PasswordOk, Verified};
//! fn needs_full_access(_: &Verified<FullAccess>) {}
//! fn caller_with_a_password(caller: &Verified<PasswordOk>) {
//!     needs_full_access(caller);
//! }
//! ```
//!
//! ```compile_fail
//! use countersign::auth::proof::{FullAccess, Verified};
//! fn forged(user: countersign::storage::users::User) -> Verified<FullAccess> {
//!     Verified { proof: Box::new((todo!(), user)) }
//! }
//! ```
//!
//! A kind of one's own is no kind:
//!
//! ```compile_fail
//! struct Admin;
//! impl countersign::auth::proof::Kind for Admin {
//!     type Evidence = ();
//! }
//! ```

use super::Auth;
use super::codes::challenge::{ended, is_exhausted};
use super::error::Error;
use super::reason::Reason;
use super::tokens::claims::{Access, Claims, PasswordOkClaims};
use super::tokens::jwt::TokenError;
use storage::challenges::Challenge;
use storage::sessions::SessionState;
use storage::users::User;
use storage::{Id, challenges};

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::PasswordOk {}
    impl Sealed for super::FullAccess {}
}

/// What a token proves.
pub trait Kind: sealed::Sealed {
    /// What the database holds about it.
    type Evidence;
}

/// The password was right.
pub enum PasswordOk {}

/// Password and one-time code were right.
pub enum FullAccess {}

impl Kind for PasswordOk {
    type Evidence = Challenge;
}

impl Kind for FullAccess {
    type Evidence = SessionState;
}

/// Evidence that a living user sent a living token of this kind.
pub struct Verified<K: Kind> {
    // In a box: it goes through many hands, and a row is long.
    proof: Box<(K::Evidence, User)>,
}

impl<K: Kind> Verified<K> {
    /// The user.
    pub fn user(&self) -> &User {
        &self.proof.1
    }

    /// The user, for whom nothing else is done.
    pub fn into_user(self) -> User {
        self.proof.1
    }
}

impl Verified<PasswordOk> {
    /// The challenge that the user has to answer.
    pub fn challenge(&self) -> &Challenge {
        &self.proof.0
    }
}

impl Verified<FullAccess> {
    /// The session that the token belongs to.
    pub fn session(&self) -> &SessionState {
        &self.proof.0
    }
}

/// Somebody with a token of either kind.
pub enum Caller {
    /// The password was right.
    PasswordOk(Verified<PasswordOk>),
    /// Password and code were right.
    FullAccess(Verified<FullAccess>),
}

impl Auth {
    /// Turns a token into evidence: the one place where it is made.
    ///
    /// # Errors
    /// [`Error::InvalidToken`].
    pub async fn identify(&self, token: &str) -> Result<Caller, Error> {
        match self.read(token).await? {
            // In a box, as what is seldom done is below: each request carries room for what stands here.
            Claims::PasswordOk(claims) => Ok(Caller::PasswordOk(Box::pin(self.password_ok(claims)).await?)),
            Claims::Access(access) => Ok(Caller::FullAccess(self.full_access(access).await?)),
        }
    }

    /// Reads a token with the keys of now. A key that another replica has made may be unknown here: then the
    /// keys are read again, once.
    async fn read(&self, token: &str) -> Result<Claims, Error> {
        let now = self.clock.now();
        let claims = match self.keyring.current(&self.db, now).await.read(token, now) {
            Err(TokenError::UnknownKey) => {
                Box::pin(self.keyring.reloaded(&self.db, now)).await.read(token, now)
            }
            read => read,
        };
        claims.map_err(|unread| match unread {
            TokenError::UnknownKey => Error::InvalidToken(Reason::Malformed),
            TokenError::Rejected(reason) => Error::InvalidToken(reason),
        })
    }

    async fn password_ok(&self, claims: PasswordOkClaims) -> Result<Verified<PasswordOk>, Error> {
        let id = Id(claims.jti);
        let found = self.db.read(async move |mut c| challenges::find_with_user(&mut c, id).await).await?;
        match found {
            Some((challenge, user)) if user.id.0 == claims.sub => match ended(&challenge) {
                Some(reason) => Err(Error::InvalidToken(reason)),
                // A log-in that came while the number was being changed.
                None if challenge.destination != user.phone_number => {
                    Err(Error::InvalidToken(Reason::PhoneChanged))
                }
                None => Ok(Verified { proof: Box::new((challenge, user)) }),
            },
            // The user is gone, and the challenge with it.
            _ => Err(Error::InvalidToken(Reason::SessionEnded)),
        }
    }

    async fn full_access(&self, access: Access) -> Result<Verified<FullAccess>, Error> {
        let (id, now) = (Id(access.session_id), self.clock.now());
        let found = self.db.session_with_user(id).await?;
        match found {
            Some(proof) if proof.1.id.0 == access.user_id => match self.sessions.ended(&proof.0, now) {
                None => Ok(Verified { proof }),
                Some(reason) => Err(Error::InvalidToken(reason)),
            },
            _ => Err(Error::InvalidToken(Reason::SessionEnded)),
        }
    }

    /// The guard "must not be logged in": a token that opens something is a mistake here; one that opens
    /// nothing any more is no reason to refuse.
    ///
    /// # Errors
    /// [`Error::AlreadyAuthenticated`].
    pub async fn require_guest(&self, token: Option<&str>) -> Result<(), Error> {
        let Some(token) = token else { return Ok(()) };
        match self.identify(token).await {
            Ok(Caller::PasswordOk(caller)) if is_exhausted(caller.challenge()) => Ok(()),
            Ok(_) => Err(Error::AlreadyAuthenticated),
            Err(Error::InvalidToken(_)) => Ok(()),
            Err(other) => Err(other),
        }
    }

    /// The guard "must be logged in".
    ///
    /// # Errors
    /// [`Error::MissingToken`], [`Error::InvalidToken`].
    pub async fn require_logged_in(&self, token: Option<&str>) -> Result<Caller, Error> {
        self.identify(token.ok_or(Error::MissingToken)?).await
    }

    /// The guards "must be logged in" and "must not be verified yet".
    ///
    /// # Errors
    /// [`Error::MissingToken`], [`Error::InvalidToken`], [`Error::AlreadyVerified`].
    pub async fn require_password_ok(&self, token: Option<&str>) -> Result<Verified<PasswordOk>, Error> {
        match self.require_logged_in(token).await? {
            Caller::PasswordOk(caller) => Ok(caller),
            Caller::FullAccess(_) => Err(Error::AlreadyVerified),
        }
    }

    /// The guard "must be verified".
    ///
    /// # Errors
    /// [`Error::MissingToken`], [`Error::InvalidToken`], [`Error::OtpRequired`].
    pub async fn require_full_access(&self, token: Option<&str>) -> Result<Verified<FullAccess>, Error> {
        match self.require_logged_in(token).await? {
            Caller::FullAccess(caller) => Ok(caller),
            Caller::PasswordOk(_) => Err(Error::OtpRequired),
        }
    }
}
