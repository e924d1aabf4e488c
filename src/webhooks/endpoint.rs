//! The receiver's URL and the secret that signs webhooks.

use std::fmt;
use std::net::IpAddr;

use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};

use super::signature::SigningSecret;

/// A validated receiver. Its `Debug` hides the URL, which may contain a secret.
#[derive(Clone)]
pub struct Endpoint {
    pub(super) url: Url,
    pub(super) secret: SigningSecret,
}

/// Invalid settings of webhooks. Names the setting, never its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvalidEndpoint {
    /// There is a secret but no URL.
    NoUrl,
    /// Not an http or https URL.
    Url,
    /// Plain http to another machine.
    ClearText,
    /// Not `whsec_` followed by 24 to 64 bytes in base64.
    Secret,
}

impl Endpoint {
    /// Parses a URL and a secret.
    ///
    /// # Errors
    /// If one of them is invalid.
    pub fn parse(url: &SecretString, secret: &SecretString) -> Result<Self, InvalidEndpoint> {
        let url = Url::parse(url.expose_secret()).map_err(|_| InvalidEndpoint::Url)?;
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&url) => {}
            "http" => return Err(InvalidEndpoint::ClearText),
            _ => return Err(InvalidEndpoint::Url),
        }
        let secret = SigningSecret::parse(secret.expose_secret()).ok_or(InvalidEndpoint::Secret)?;
        Ok(Self { url, secret })
    }
}

/// Returns whether a URL leads to this machine, so that plain http is safe.
pub(super) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Endpoint([redacted])")
    }
}

impl fmt::Display for InvalidEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoUrl => "webhooks.secret is set, but webhooks.url is not. Set both, or remove the secret",
            Self::Url => "webhooks.url must be an https URL",
            Self::ClearText => "webhooks.url may be plain http on loopback only",
            Self::Secret => {
                "webhooks.secret must be whsec_ followed by 24 to 64 random bytes in base64 \
                 (echo whsec_$(openssl rand -base64 32))"
            }
        })
    }
}

impl std::error::Error for InvalidEndpoint {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_travel_in_clear_on_loopback_only() {
        let secret: SecretString = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".into();
        let parse = |url: &str| Endpoint::parse(&url.into(), &secret).map(|_| ());
        for url in
            ["https://example.com/hooks?key=1", "http://127.0.0.1:1/", "http://[::1]:1", "http://localhost"]
        {
            assert_eq!(parse(url), Ok(()), "{url}");
        }
        for url in ["http://example.com", "http://10.0.0.1", "http://localhost.example.com"] {
            assert_eq!(parse(url), Err(InvalidEndpoint::ClearText), "{url}");
        }
        for url in ["", "example.com", "ftp://example.com", "https://"] {
            assert_eq!(parse(url), Err(InvalidEndpoint::Url), "{url}");
        }
        let wrong = Endpoint::parse(&"https://example.com".into(), &"hunter2".into()).unwrap_err();
        assert_eq!(wrong, InvalidEndpoint::Secret);
        assert!(!wrong.to_string().contains("hunter2"));
    }
}
