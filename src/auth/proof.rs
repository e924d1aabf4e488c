//! Proof of who is calling, as types.
//!
//! A use case that needs full access takes `&Verified<FullAccess>`. The only way to get one leads through the
//! signature, the claims and the database. So the following does not compile. A caller who proved only a
//! password:
//!
//! ```compile_fail,E0308
//! use countersign::auth::proof::{FullAccess, PasswordOk, Verified};
//! fn needs_full_access(_: &Verified<FullAccess>) {}
//! fn caller_with_a_password(caller: &Verified<PasswordOk>) {
//!     needs_full_access(caller);
//! }
//! ```
//!
//! A proof made by hand:
//!
//! ```compile_fail,E0451
//! use countersign::auth::proof::{FullAccess, Verified};
//! fn forged(user: storage::users::User) -> Verified<FullAccess> {
//!     Verified { proof: Box::new((todo!(), user)) }
//! }
//! ```
//!
//! Another kind of proof:
//!
//! ```compile_fail,E0277
//! struct Admin;
//! impl countersign::auth::proof::Kind for Admin {
//!     type Evidence = ();
//! }
//! ```

use storage::Id;
use storage::challenges::Challenge;
use storage::sessions::SessionState;
use storage::users::User;

use super::Auth;
use super::codes::challenge::{ended, is_exhausted};
use super::error::Error;
use super::reason::Reason;
use super::tokens::claims::{Access, Claims, PasswordOkClaims};
use super::tokens::jwt::TokenError;

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::PasswordOk {}
    impl Sealed for super::FullAccess {}
}

/// A kind of token.
pub trait Kind: sealed::Sealed {
    /// The row that the token names.
    type Evidence;
}

/// The caller proved the password.
pub enum PasswordOk {}

/// The caller proved the password and a one-time code.
pub enum FullAccess {}

impl Kind for PasswordOk {
    type Evidence = Challenge;
}

impl Kind for FullAccess {
    type Evidence = SessionState;
}

/// Proof that the request carried a valid token of this kind, and that its user exists.
pub struct Verified<K: Kind> {
    // Boxed, because it is moved often and a row is long.
    proof: Box<(K::Evidence, User)>,
}

impl<K: Kind> Verified<K> {
    /// The user.
    pub fn user(&self) -> &User {
        &self.proof.1
    }

    /// The user, if nothing else of the proof is needed.
    pub fn into_user(self) -> User {
        self.proof.1
    }
}

impl Verified<PasswordOk> {
    /// The challenge that the user must answer.
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

/// A caller with a token of either kind.
pub enum Caller {
    /// The caller proved the password.
    PasswordOk(Verified<PasswordOk>),
    /// The caller proved the password and a code.
    FullAccess(Verified<FullAccess>),
}

impl Auth {
    /// Turns a token into proof. This is the only place that creates one.
    ///
    /// # Errors
    /// [`Error::InvalidToken`].
    pub async fn identify(&self, token: &str) -> Result<Caller, Error> {
        match self.read(token).await? {
            // Boxed, as other rare paths are: the future of every request has room for its largest branch.
            Claims::PasswordOk(claims) => Ok(Caller::PasswordOk(Box::pin(self.password_ok(claims)).await?)),
            Claims::Access(access) => Ok(Caller::FullAccess(self.full_access(access).await?)),
        }
    }

    /// Verifies a token with the current keys. If its key is unknown, another replica may have created it, so
    /// the keys are reloaded once.
    async fn read(&self, token: &str) -> Result<Claims, Error> {
        let now = self.clock.now();
        let claims = match self.keyring.current(&self.db, now).await.read(token, now) {
            Err(TokenError::UnknownKey) => {
                Box::pin(self.keyring.reloaded(&self.db, now)).await.read(token, now)
            }
            read => read,
        };
        claims.map_err(|error| match error {
            TokenError::UnknownKey => Error::InvalidToken(Reason::Malformed),
            TokenError::Rejected(reason) => Error::InvalidToken(reason),
        })
    }

    async fn password_ok(&self, claims: PasswordOkClaims) -> Result<Verified<PasswordOk>, Error> {
        let id = Id(claims.jti);
        let found = self.db.challenge_with_user(id).await?;
        match found {
            Some((challenge, user)) if user.id.0 == claims.sub => match ended(&challenge) {
                Some(reason) => Err(Error::InvalidToken(reason)),
                // The user logged in while the number was being changed.
                None if challenge.destination != user.phone_number => {
                    Err(Error::InvalidToken(Reason::PhoneChanged))
                }
                None => Ok(Verified { proof: Box::new((challenge, user)) }),
            },
            // The user was deleted, and the challenge with it.
            _ => Err(Error::InvalidToken(Reason::SessionEnded)),
        }
    }

    async fn full_access(&self, access: Access) -> Result<Verified<FullAccess>, Error> {
        let id = Id(access.session_id);
        let now = self.clock.now();
        let found = self.db.session_with_user(id).await?;
        match found {
            Some(proof) if proof.1.id.0 == access.user_id => match self.sessions.ended(&proof.0, now) {
                None => Ok(Verified { proof }),
                Some(reason) => Err(Error::InvalidToken(reason)),
            },
            _ => Err(Error::InvalidToken(Reason::SessionEnded)),
        }
    }

    /// The guard "must not be logged in". A valid token is an error here; an expired or revoked one is
    /// ignored.
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
