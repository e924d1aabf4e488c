//! Guards: which callers may use an operation.

use crate::auth::proof::{Caller, FullAccess, PasswordOk, Verified};
use crate::auth::{Auth, Error};

/// Decides whether a caller may use an operation. Each [`Access`](crate::http::routes::Access) has one guard.
pub trait Guard: Sized {
    /// Checks the token of a request.
    ///
    /// # Errors
    /// The error that the caller gets if the guard rejects the request.
    fn check(auth: &Auth, token: Option<&str>) -> impl Future<Output = Result<Self, Error>>;
}

/// Accepts every caller and ignores the token.
pub struct Anyone;

impl Guard for Anyone {
    async fn check(_: &Auth, _: Option<&str>) -> Result<Self, Error> {
        Ok(Self)
    }
}

/// Accepts callers who are not logged in.
pub struct Guest;

impl Guard for Guest {
    async fn check(auth: &Auth, token: Option<&str>) -> Result<Self, Error> {
        auth.require_guest(token).await.map(|()| Self)
    }
}

impl Guard for Caller {
    async fn check(auth: &Auth, token: Option<&str>) -> Result<Self, Error> {
        auth.require_logged_in(token).await
    }
}

impl Guard for Verified<PasswordOk> {
    async fn check(auth: &Auth, token: Option<&str>) -> Result<Self, Error> {
        auth.require_password_ok(token).await
    }
}

impl Guard for Verified<FullAccess> {
    async fn check(auth: &Auth, token: Option<&str>) -> Result<Self, Error> {
        auth.require_full_access(token).await
    }
}

/// Applies another guard if this server sends codes by email. Otherwise the operation does not exist (404).
pub struct WithEmail<G>(pub G);

impl<G: Guard> Guard for WithEmail<G> {
    async fn check(auth: &Auth, token: Option<&str>) -> Result<Self, Error> {
        if !auth.policy().email_channel {
            return Err(Error::NotFound);
        }
        G::check(auth, token).await.map(Self)
    }
}
