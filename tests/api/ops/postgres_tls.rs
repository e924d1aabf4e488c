//! TLS to PostgreSQL, as `sslmode` in the URL says. Needs a server with TLS: `TEST_DATABASE_TLS_URL` (without
//! `sslmode`, host name `localhost` as in the certificate) and `TEST_DATABASE_TLS_ROOT`, the CA certificate.

use regex::Regex;

use crate::harness::{CommandOutput, Database, TempDir, run_command, start_command};

/// A server with TLS, and the file with its CA certificate.
struct Tls {
    url: String,
    root: String,
}

impl Tls {
    /// Reads the environment. `None` if it names no server.
    fn given() -> Option<Self> {
        let variable = |name| std::env::var(name).ok();
        Some(Self { url: variable("TEST_DATABASE_TLS_URL")?, root: variable("TEST_DATABASE_TLS_ROOT")? })
    }

    /// Runs `countersign migrate` with these parameters on a fresh database.
    async fn migrate(&self, host: &str, parameters: &str) -> (Database, CommandOutput) {
        let database = Database::on_server(&self.url).await;
        let url = database.url().replacen("localhost", host, 1);
        let directory = TempDir::new();
        let ended = run_command(
            &directory,
            "migrate",
            &[("COUNTERSIGN__DATABASE__URL", &format!("{url}?{parameters}"))],
        );
        (database, ended)
    }

    async fn works(&self, host: &str, parameters: &str) {
        let (database, ended) = self.migrate(host, parameters).await;
        assert_eq!(ended.code, Some(0), "{host} {parameters}: {}", ended.stderr);
        assert_eq!(database.number("SELECT count(*) FROM users").await, 0);
    }

    async fn is_refused(&self, host: &str, parameters: &str, message: &str) {
        let (database, ended) = self.migrate(host, parameters).await;
        assert_eq!(ended.code, Some(1), "{host} {parameters}: {}", ended.stderr);
        assert!(
            Regex::new(message).unwrap().is_match(&ended.stderr),
            "{host} {parameters}: {}",
            ended.stderr
        );
        let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
        assert_eq!(database.number(tables).await, 0, "{host} {parameters}");
    }

    /// Whether the server's connections are encrypted, as PostgreSQL reports it.
    async fn is_encrypted(&self, parameters: &str) -> bool {
        let database = Database::on_server(&self.url).await;
        let directory = TempDir::new();
        let url = format!("{}?{parameters}", database.url());
        let line = "dev --listen 127.0.0.1:0 --sandbox-listen 127.0.0.1:0";
        let _process = start_command(&directory, line, &[("COUNTERSIGN__DATABASE__URL", &url)]);
        let connections = |encrypted| {
            format!(
                "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE datname = current_database() \
                 AND application_name = 'countersign' AND ssl = {encrypted}"
            )
        };
        let encrypted = database.number(&connections(true)).await;
        let clear = database.number(&connections(false)).await;
        assert!(encrypted == 0 || clear == 0, "{encrypted} encrypted, {clear} not");
        assert!(encrypted + clear > 0);
        encrypted > 0
    }
}

#[tokio::test]
async fn sslmode_decides_whether_the_connection_is_encrypted() {
    let Some(tls) = Tls::given() else { return };
    for (parameters, encrypted) in [
        ("sslmode=disable", false),
        ("sslmode=prefer", true),
        ("", true),
        ("sslmode=require", true),
        (&format!("sslmode=verify-full&sslrootcert={}", tls.root), true),
    ] {
        assert_eq!(tls.is_encrypted(parameters).await, encrypted, "{parameters}");
    }
}

#[tokio::test]
async fn require_accepts_any_certificate() {
    let Some(tls) = Tls::given() else { return };
    tls.works("localhost", "sslmode=require").await;
    tls.works("127.0.0.1", "sslmode=require").await;
}

#[tokio::test]
async fn verify_full_checks_authority_and_host_name() {
    let Some(tls) = Tls::given() else { return };
    let trusted = format!("sslmode=verify-full&sslrootcert={}", tls.root);
    tls.works("localhost", &trusted).await;
    tls.is_refused("127.0.0.1", &trusted, "not valid for name").await;
    // The system has no CA certificates, or none for this server.
    let strangers = "UnknownIssuer|trusted authority";
    tls.is_refused("localhost", "sslmode=verify-full", strangers).await;
    tls.is_refused("localhost", "sslmode=verify-full&sslrootcert=system", strangers).await;
}

#[tokio::test]
async fn root_file_without_certificates_is_rejected() {
    let Some(tls) = Tls::given() else { return };
    let directory = TempDir::new();
    let empty = directory.path().join("empty.pem");
    std::fs::write(&empty, "no certificate\n").unwrap();
    for file in [empty.display().to_string(), "/not/there.pem".into()] {
        tls.is_refused(
            "localhost",
            &format!("sslmode=verify-full&sslrootcert={file}"),
            "sslrootcert|trusted authority",
        )
        .await;
    }
}

#[tokio::test]
async fn unknown_sslmode_is_rejected_by_name() {
    let Some(tls) = Tls::given() else { return };
    for mode in ["allow", "verify-ca", "Require", ""] {
        tls.is_refused("localhost", &format!("sslmode={mode}"), "sslmode").await;
    }
}
