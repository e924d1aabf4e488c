//! What the client must be told, and the check that it makes sense before the first request.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};

use super::{NoObserver, Observer, ServiceSid};

/// Where Twilio Verify stands. There is no regional host for one-time codes.
pub const TWILIO_BASE_URL: &str = "https://verify.twilio.com";
/// Where Twilio Lookup stands.
const LOOKUP_BASE_URL: &str = "https://lookups.twilio.com";

/// Everything the client needs.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Scheme, host, port and perhaps a path; `/v2/…` is appended. Plain `http` is taken for loopback only:
    /// anywhere else the credentials would travel in clear. Lookup has a host of its own at Twilio; any other base URL is
    /// where Lookup stands too.
    pub base_url: String,
    /// The account SID (`AC…`), or the SID of an API key (`SK…`), which Twilio recommends in production.
    pub username: String,
    /// The account's auth token, or the API key's secret.
    pub password: SecretString,
    /// The Verify service (`VA…`). Empty is taken by [`VerifyClient::create_service`](super::VerifyClient::create_service) alone.
    pub service_sid: String,
    /// The longest wait for a connection, name resolution and TLS included.
    pub connect_timeout: Duration,
    /// The longest an operation may take, with its repetitions and the body of the answer.
    pub total_timeout: Duration,
    /// The pause before the first repetition after a 429, doubled for the second; each is shortened by up to half at random.
    pub retry_pause: Duration,
    /// Receives what happens to each call.
    pub observer: Arc<dyn Observer>,
    /// `User-Agent` of every request.
    pub user_agent: String,
    /// Most calls under way at once; one more fails without being made.
    pub max_calls: usize,
}

/// As many calls as a Twilio that hangs for its whole timeout may hold: more would only pile up behind it. One that is
/// well answers in half a second, which makes over a hundred log-ins a second.
const MAX_CALLS: usize = 64;

impl Settings {
    /// Settings for Twilio itself, with the times we recommend: 3 s to connect and 10 s in all (a person waits
    /// in front of a screen; Twilio's own Go client takes 10 s too), and 250 ms before a repetition.
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

    /// Everything that can be found wrong without asking the system or the network.
    pub(super) fn check(&self) -> Result<(Url, Option<ServiceSid>), InvalidSettings> {
        self.check_rest()?;
        Ok((self.parsed_base_url()?, self.parsed_service_sid()?))
    }

    /// The base URL, checked.
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

    /// The service, `None` where none is set, and an error where it is no service SID.
    fn parsed_service_sid(&self) -> Result<Option<ServiceSid>, InvalidSettings> {
        if self.service_sid.is_empty() {
            return Ok(None);
        }
        ServiceSid::parse(self.service_sid.as_str()).map(Some).map_err(|_| InvalidSettings::ServiceSid)
    }

    /// Whether Basic auth can carry the credentials, and whether they are of a kind that Twilio issues.
    fn check_rest(&self) -> Result<(), InvalidSettings> {
        let known = self.username.starts_with("AC") || self.username.starts_with("SK");
        // Neither a colon, which would end the user name early, nor anything that could not come from Twilio.
        if !known || !self.username.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(InvalidSettings::Username);
        }
        let password = self.password.expose_secret();
        // A newline left over from a file is the usual one; Twilio would only say 401.
        if password.is_empty() || password.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(InvalidSettings::Password);
        }
        if self.connect_timeout.is_zero() || self.total_timeout.is_zero() {
            return Err(InvalidSettings::Timeout);
        }
        Ok(())
    }
}

/// Where Lookup stands, where Verify stands there: what is not Twilio stands for all of it.
pub(super) fn lookup_base_url(base_url: &Url) -> Result<Url, InvalidSettings> {
    match base_url.as_str().trim_end_matches('/') {
        TWILIO_BASE_URL => Url::parse(LOOKUP_BASE_URL).map_err(|_| InvalidSettings::BaseUrl),
        _ => Ok(base_url.clone()),
    }
}

/// Whether a URL stays on this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Settings that cannot work. Says which, never the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidSettings {
    /// Not an `https` URL without user, query and fragment.
    BaseUrl,
    /// `http` to another machine.
    ClearText,
    /// Neither `AC…` nor `SK…`.
    Username,
    /// Empty, or with white space.
    Password,
    /// Not `VA` and 32 hexadecimal digits. `AC…` and `MG…` are common slips.
    ServiceSid,
    /// A time of zero.
    Timeout,
    /// TLS could not be set up, for want of root certificates for instance.
    Tls,
}

impl fmt::Display for InvalidSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BaseUrl => "Twilio's base URL must be an https URL without user, query or fragment",
            Self::ClearText => {
                "Twilio's base URL may be plain http on loopback only: credentials would travel in clear"
            }
            Self::Username => {
                "Twilio's user name must be an account SID (AC…) or the SID of an API key (SK…)"
            }
            Self::Password => {
                "Twilio's auth token (or API key secret) must not be empty or contain white space"
            }
            Self::ServiceSid => "Twilio's Verify service SID must be VA and 32 hexadecimal digits",
            Self::Timeout => "the timeouts for Twilio must not be zero",
            Self::Tls => "TLS for Twilio could not be set up",
        })
    }
}

impl std::error::Error for InvalidSettings {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::VerifyClient;

    const SERVICE: &str = "VAaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    fn refused(change: impl FnOnce(&mut Settings)) -> Option<InvalidSettings> {
        let mut settings = Settings::new("AC123", "token".into(), SERVICE);
        change(&mut settings);
        settings.check().err()
    }

    #[test]
    fn the_defaults_are_twilio_and_our_times() {
        assert_eq!(refused(|_| ()), None);
        let settings = Settings::new("SK123", "secret".into(), "");
        assert_eq!(settings.base_url, "https://verify.twilio.com");
        assert_eq!((settings.connect_timeout.as_secs(), settings.total_timeout.as_secs()), (3, 10));
    }

    #[test]
    fn credentials_travel_in_clear_on_loopback_only() {
        let base = |url: &str| refused(|settings| settings.base_url = url.to_owned());
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
    fn lookup_is_asked_at_twilio_only_where_verify_is() {
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
    fn what_cannot_be_twilios_is_refused_before_the_first_request() {
        for username in ["", "user", "AC:1", "AC 1", "VA123", "AC1\n"] {
            assert_eq!(
                refused(|s| s.username = username.to_owned()),
                Some(InvalidSettings::Username),
                "{username:?}"
            );
        }
        for password in ["", " ", "token\n", "to ken"] {
            assert_eq!(
                refused(|s| s.password = password.into()),
                Some(InvalidSettings::Password),
                "{password:?}"
            );
        }
        for service in ["AC123", "MG", "VA123", "VA../../../../../../../../../../.."] {
            assert_eq!(
                refused(|s| s.service_sid = service.to_owned()),
                Some(InvalidSettings::ServiceSid),
                "{service}"
            );
        }
        assert_eq!(refused(|s| s.service_sid.clear()), None);
        assert_eq!(refused(|s| s.total_timeout = Duration::ZERO), Some(InvalidSettings::Timeout));
        assert_eq!(refused(|s| s.connect_timeout = Duration::ZERO), Some(InvalidSettings::Timeout));
    }

    #[test]
    fn the_password_shows_nowhere() {
        let settings = Settings::new("AC123", "hunter2".into(), SERVICE);
        assert!(!format!("{settings:?}").contains("hunter2"));
        let base_url = "http://127.0.0.1:1".to_owned();
        let client = VerifyClient::new(Settings { base_url, ..settings }).unwrap();
        assert!(!format!("{client:?}").contains("hunter2"));
    }
}
