//! Parses the parts of a PostgreSQL URL that tokio-postgres does not know: `sslmode=verify-full`,
//! `sslrootcert`.

use std::path::PathBuf;
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::SslMode;

use crate::Error;

/// How long to wait for a server to accept a connection, unless the URL says otherwise.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// What a server's certificate must prove (libpq's `sslmode`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Certificate {
    /// Nothing: the connection is encrypted, and the server is not authenticated (`prefer`, `require`).
    Any,
    /// That a trusted authority has certified the host name (`verify-full`).
    Verified,
}

/// The parts of a URL.
pub(crate) struct PostgresUrl {
    pub(crate) config: Config,
    pub(crate) certificate: Certificate,
    pub(crate) root_certificate: Option<PathBuf>,
}

/// Parses a URL. The error never contains the URL, which may contain a password.
pub(crate) fn parse(url: &str) -> Result<PostgresUrl, Error> {
    let (base, query) = url.split_once('?').unwrap_or((url, ""));
    let mut certificate = Certificate::Any;
    let mut root_certificate = None;
    let mut ssl_mode = SslMode::Prefer;
    let mut kept = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        match pair.split_once('=') {
            Some(("sslrootcert", "system")) => {}
            Some(("sslrootcert", path)) => root_certificate = Some(PathBuf::from(percent_decoded(path)?)),
            Some(("sslmode", mode)) => (ssl_mode, certificate) = mode_of(mode)?,
            _ => kept.push(pair),
        }
    }
    let url = if kept.is_empty() { base.to_owned() } else { format!("{base}?{}", kept.join("&")) };
    let mut config: Config =
        url.parse().map_err(|error| Error::Refused(format!("the PostgreSQL URL: {error}")))?;
    config.ssl_mode(ssl_mode);
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT_TIMEOUT);
    }
    if config.get_application_name().is_none() {
        config.application_name("countersign");
    }
    Ok(PostgresUrl { config, certificate, root_certificate })
}

fn mode_of(mode: &str) -> Result<(SslMode, Certificate), Error> {
    match mode {
        "disable" => Ok((SslMode::Disable, Certificate::Any)),
        "prefer" => Ok((SslMode::Prefer, Certificate::Any)),
        "require" => Ok((SslMode::Require, Certificate::Any)),
        "verify-full" => Ok((SslMode::Require, Certificate::Verified)),
        _ => Err(Error::Refused(format!(
            "the PostgreSQL URL: sslmode={mode} is not one of disable, prefer, require, verify-full"
        ))),
    }
}

fn percent_decoded(text: &str) -> Result<String, Error> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits: Option<[u8; 2]> = rest.next().zip(rest.next()).map(|(high, low)| [high, low]);
        let decoded = digits
            .and_then(|digits| std::str::from_utf8(&digits).ok().map(|text| u8::from_str_radix(text, 16)));
        match decoded {
            Some(Ok(byte)) => bytes.push(byte),
            _ => return Err(Error::Refused("the PostgreSQL URL: sslrootcert is not a path".into())),
        }
    }
    String::from_utf8(bytes)
        .map_err(|_| Error::Refused("the PostgreSQL URL: sslrootcert is not a path".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_tokio_postgres_does_not() {
        let url =
            parse("postgres://u:p@db.example/app?sslmode=verify-full&sslrootcert=/a%20b.pem&keepalives=0")
                .unwrap();
        assert_eq!(url.certificate, Certificate::Verified);
        assert_eq!(url.config.get_ssl_mode(), SslMode::Require);
        assert_eq!(url.root_certificate, Some(PathBuf::from("/a b.pem")));
        assert!(!url.config.get_keepalives());
        assert_eq!(url.config.get_dbname(), Some("app"));
        assert_eq!(parse("postgres://h/d").unwrap().config.get_ssl_mode(), SslMode::Prefer);
    }

    #[test]
    fn an_error_holds_no_password() {
        for url in ["postgres://u:hunter2@h/d?sslmode=allow", "postgres://u:hunter2@h:port/d"] {
            assert!(!parse(url).err().unwrap().to_string().contains("hunter2"));
        }
    }
}
