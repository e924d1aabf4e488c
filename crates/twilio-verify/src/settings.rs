//! The settings of the client, and their checks.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};

use super::{NoObserver, Observer, ServiceSid};

/// The base URL of Twilio Verify. It has no regional hosts.
pub const TWILIO_BASE_URL: &str = "https://verify.twilio.com";
/// The base URL of Twilio Lookup.
const LOOKUP_BASE_URL: &str = "https://lookups.twilio.com";

/// The settings of a [`VerifyClient`](super::VerifyClient).
#[derive(Clone, Debug)]
pub struct Settings {
    /// Scheme, host, port and optionally a path. The client appends `/v2/…`. Plain `http` is only allowed for
    /// loopback, because it would send the credentials unencrypted. If this is not Twilio's own URL, it is
    /// also the base URL of Lookup.
    pub base_url: String,
    /// The account SID (`AC…`), or the SID of an API key (`SK…`), which Twilio recommends for production.
    pub username: String,
    /// The auth token of the account, or the secret of the API key.
    pub password: SecretString,
    /// The SID of the Verify service (`VA…`). If it is empty, only
    /// [`VerifyClient::create_service`](super::VerifyClient::create_service) and
    /// [`VerifyClient::look_up`](super::VerifyClient::look_up) work.
    pub service_sid: String,
    /// The timeout of a connection, including name resolution and TLS.
    pub connect_timeout: Duration,
    /// The timeout of an operation, including retries and the body of the response.
    pub total_timeout: Duration,
    /// The pause before the first retry after a 429. It doubles for the second retry. Each pause is randomly
    /// reduced by up to half.
    pub retry_pause: Duration,
    /// Receives the events of the client.
    pub observer: Arc<dyn Observer>,
    /// The header `User-Agent` of every request.
    pub user_agent: String,
    /// The maximum number of concurrent calls. Further calls fail immediately.
    pub max_calls: usize,
}

/// The default maximum number of concurrent calls. If Twilio hangs, no more calls than these wait for their
/// timeout. Twilio usually responds in half a second, so 64 calls allow over a hundred log-ins per second.
const MAX_CALLS: usize = 64;

impl Settings {
    /// Creates settings for Twilio with the default timeouts: 3 s to connect and 10 s in total, as in
    /// Twilio's Go client, and 250 ms before the first retry.
    pub fn new(username: impl Into<String>, password: SecretString, service_sid: impl Into<String>) -> Self {
        Self {
            base_url: TWILIO_BASE_URL.to_owned(),
            username: username.into(),
            password,
            service_sid: service_sid.into(),
            connect_timeout: Duration::from_secs(3),
            total_timeout: Duration::from_secs(10),
            retry_pause: Duration::from_millis(250),
            observer: Arc::new(NoObserver),
            user_agent: concat!("twilio-verify/", env!("CARGO_PKG_VERSION")).to_owned(),
            max_calls: MAX_CALLS,
        }
    }

    /// Checks everything that needs neither the system nor the network.
    pub(super) fn check(&self) -> Result<(Url, Option<ServiceSid>), InvalidSettings> {
        self.check_rest()?;
        Ok((self.parsed_base_url()?, self.parsed_service_sid()?))
    }

    /// Parses and checks the base URL.
    fn parsed_base_url(&self) -> Result<Url, InvalidSettings> {
        let url = Url::parse(&self.base_url).map_err(|_| InvalidSettings::BaseUrl)?;
        let plain = url.query().is_none() && url.fragment().is_none();
        let anonymous = url.username().is_empty() && url.password().is_none();
        match url.scheme() {
            "https" | "http" if !plain || !anonymous || url.host().is_none() => Err(InvalidSettings::BaseUrl),
            "https" => Ok(url),
            "http" if is_loopback(&url) => Ok(url),
            "http" => Err(InvalidSettings::ClearText),
            _ => Err(InvalidSettings::BaseUrl),
        }
    }

    /// Parses the SID of the service. Returns `None` if it is empty.
    fn parsed_service_sid(&self) -> Result<Option<ServiceSid>, InvalidSettings> {
        if self.service_sid.is_empty() {
            return Ok(None);
        }
        ServiceSid::parse(self.service_sid.as_str()).map(Some).map_err(|_| InvalidSettings::ServiceSid)
    }

    /// Checks the credentials and the timeouts.
    fn check_rest(&self) -> Result<(), InvalidSettings> {
        let known = self.username.starts_with("AC") || self.username.starts_with("SK");
        // Only characters that Twilio uses; in particular no colon, which would end the user name of Basic
        // auth.
        if !known || !self.username.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(InvalidSettings::Username);
        }
        let password = self.password.expose_secret();
        // Usually a newline at the end of a file. Twilio would only respond with 401.
        if password.is_empty() || password.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(InvalidSettings::Password);
        }
        if self.connect_timeout.is_zero() || self.total_timeout.is_zero() {
            return Err(InvalidSettings::Timeout);
        }
        Ok(())
    }
}

/// Returns the base URL of Lookup. A base URL that is not Twilio's serves both APIs.
pub(super) fn lookup_base_url(base_url: &Url) -> Result<Url, InvalidSettings> {
    match base_url.as_str().trim_end_matches('/') {
        TWILIO_BASE_URL => Url::parse(LOOKUP_BASE_URL).map_err(|_| InvalidSettings::BaseUrl),
        _ => Ok(base_url.clone()),
    }
}

/// Whether a URL refers to this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The error of invalid settings. It never contains the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidSettings {
    /// The base URL is not an `https` URL without user, query and fragment.
    BaseUrl,
    /// The base URL is an `http` URL of another machine.
    ClearText,
    /// The user name begins with neither `AC` nor `SK`.
    Username,
    /// The password is empty or contains white space.
    Password,
    /// The SID of the service is not `VA` and 32 hexadecimal digits. `AC…` and `MG…` are common mistakes.
    ServiceSid,
    /// A timeout is zero.
    Timeout,
    /// TLS cannot be set up, for instance because there are no root certificates.
    Tls,
}

impl fmt::Display for InvalidSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BaseUrl => "Twilio's base URL must be an https URL without user, query or fragment",
            Self::ClearText => {
                "Twilio's base URL may be plain http only on loopback, because credentials would be sent unencrypted"
            }
            Self::Username => {
                "Twilio's user name must be an account SID (AC…) or the SID of an API key (SK…)"
            }
            Self::Password => {
                "Twilio's auth token (or API key secret) must not be empty or contain white space"
            }
            Self::ServiceSid => "Twilio's Verify service SID must be VA and 32 hexadecimal digits",
            Self::Timeout => "the timeouts for Twilio must not be zero",
            Self::Tls => "TLS for Twilio cannot be set up. Check the root certificates of the system",
        })
    }
}

impl std::error::Error for InvalidSettings {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::VerifyClient;

    const SERVICE: &str = "VAaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    fn error_after(change: impl FnOnce(&mut Settings)) -> Option<InvalidSettings> {
        let mut settings = Settings::new("AC123", "token".into(), SERVICE);
        change(&mut settings);
        settings.check().err()
    }

    #[test]
    fn defaults_are_twilio_and_its_timeouts() {
        assert_eq!(error_after(|_| ()), None);
        let settings = Settings::new("SK123", "secret".into(), "");
        assert_eq!(settings.base_url, "https://verify.twilio.com");
        assert_eq!((settings.connect_timeout.as_secs(), settings.total_timeout.as_secs()), (3, 10));
    }

    #[test]
    fn plain_http_is_only_allowed_on_loopback() {
        let base = |url: &str| error_after(|settings| settings.base_url = url.to_owned());
        for url in [
            "http://127.0.0.1:3001",
            "http://127.9.9.9",
            "http://[::1]:1",
            "http://localhost:3001/",
            "https://x/y/",
        ] {
            assert_eq!(base(url), None, "{url}");
        }
        for url in [
            "http://verify.twilio.com",
            "http://10.0.0.1",
            "http://localhost.example.com",
            "http://127.0.0.1.nip.io",
        ] {
            assert_eq!(base(url), Some(InvalidSettings::ClearText), "{url}");
        }
        for url in
            ["", "verify.twilio.com", "ftp://x", "https://a:b@x", "https://x?y", "https://x#y", "https://a@x"]
        {
            assert_eq!(base(url), Some(InvalidSettings::BaseUrl), "{url}");
        }
    }

    #[test]
    fn lookup_has_its_own_host_only_at_twilio() {
        for (verify, lookup) in [
            ("https://verify.twilio.com", "https://lookups.twilio.com/"),
            ("https://verify.twilio.com/", "https://lookups.twilio.com/"),
            ("https://verify.twilio.com.example", "https://verify.twilio.com.example/"),
            ("https://verify.twilio.com/v2", "https://verify.twilio.com/v2"),
            ("http://127.0.0.1:3001", "http://127.0.0.1:3001/"),
        ] {
            let found = lookup_base_url(&Url::parse(verify).unwrap()).unwrap();
            assert_eq!(found.as_str(), lookup);
        }
    }

    #[test]
    fn invalid_settings_are_rejected() {
        for username in ["", "user", "AC:1", "AC 1", "VA123", "AC1\n"] {
            assert_eq!(
                error_after(|s| s.username = username.to_owned()),
                Some(InvalidSettings::Username),
                "{username:?}"
            );
        }
        for password in ["", " ", "token\n", "to ken"] {
            assert_eq!(
                error_after(|s| s.password = password.into()),
                Some(InvalidSettings::Password),
                "{password:?}"
            );
        }
        for service in ["AC123", "MG", "VA123", "VA../../../../../../../../../../.."] {
            assert_eq!(
                error_after(|s| s.service_sid = service.to_owned()),
                Some(InvalidSettings::ServiceSid),
                "{service}"
            );
        }
        assert_eq!(error_after(|s| s.service_sid.clear()), None);
        assert_eq!(error_after(|s| s.total_timeout = Duration::ZERO), Some(InvalidSettings::Timeout));
        assert_eq!(error_after(|s| s.connect_timeout = Duration::ZERO), Some(InvalidSettings::Timeout));
    }

    #[test]
    fn debug_output_does_not_contain_the_password() {
        let settings = Settings::new("AC123", "hunter2".into(), SERVICE);
        assert!(!format!("{settings:?}").contains("hunter2"));
        let base_url = "http://127.0.0.1:1".to_owned();
        let client = VerifyClient::new(Settings { base_url, ..settings }).unwrap();
        assert!(!format!("{client:?}").contains("hunter2"));
    }
}
