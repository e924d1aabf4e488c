//! A reader of the whole database finds no password, code or token, and cannot sign.

use std::path::Path;

use regex::Regex;

use crate::harness::{Database, Forge, Person, Server};

impl Database {
    /// The whole content: the bytes of the SQLite file and its log, or all rows as text.
    async fn dump(&self) -> String {
        let Self::Sqlite(path) = self else { return self.rows().await };
        let files = [path.clone(), format!("{path}-wal")];
        let bytes: Vec<u8> = files.iter().flat_map(|file| std::fs::read(file).unwrap_or_default()).collect();
        // Each byte becomes a character, so text in the file is text here.
        bytes.into_iter().map(char::from).collect()
    }

    async fn rows(&self) -> String {
        let tables =
            "SELECT string_agg(table_name, ' ') FROM information_schema.tables WHERE table_schema = 'public'";
        let mut rows = String::new();
        for table in self.value(tables).await.split(' ') {
            rows.push_str(&self.value(&format!("SELECT string_agg(t::text, ' ') FROM {table} t")).await);
        }
        rows
    }
}

/// Threats: b39.
#[tokio::test]
async fn database_holds_no_secret_in_clear() {
    let server = Forge::launch().start().await;
    let ada = Person::ada();
    let password_ok = server.password_ok(&ada).await;
    let code = server.code(&ada.phone_number).await;
    let access = password_ok.open_session(&code).await;
    let refreshed = access.refreshed().await;
    // Another challenge, which is still open when the dump is made.
    server.log_in(&ada).await;
    let open = server.code(&ada.phone_number).await;
    let forgot = server.guest().forgot_password(&ada.email).await.expect(202);
    let mailed = server.code(&ada.email).await;
    let dump = server.database.dump().await;

    // Control: the dump holds what is expected to be there.
    for there in [ada.email.as_str(), &ada.phone_number, "$argon2id$", "logged_in"] {
        assert!(dump.contains(there), "{there}");
    }
    let sealed = Forge::of(&server).await;
    let as_bytes = |seed: &[u8]| seed.iter().copied().map(char::from).collect::<String>();
    let as_hex = |seed: &[u8]| seed.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let signature = |token: &str| token.rsplit('.').next().unwrap().to_owned();
    let [old, new] = [access.refresh_token.clone(), refreshed.refresh_token];
    for (what, secret) in [
        ("the password", ada.password.clone()),
        ("the password-ok token", signature(password_ok.token())),
        ("the access token", signature(access.token())),
        ("the refresh token", old["csrt_".len() + 30..].to_owned()),
        ("the next refresh token", new["csrt_".len() + 30..].to_owned()),
        ("the reset token", forgot.text_of("reset_token")["cspr_".len() + 30..].to_owned()),
        ("the deployment's secret", Forge::SECRET.to_owned()),
        ("the private key", as_bytes(&sealed.seed())),
        ("the private key in hexadecimal", as_hex(&sealed.seed())),
    ] {
        assert!(!dump.contains(&secret), "{what} is in the database");
    }
    for code in [code, open, mailed] {
        // The code alone, and not as a part of a time or an identifier.
        let alone = Regex::new(&format!("(^|[^0-9a-fA-F.]){code}([^0-9a-fA-F]|$)")).unwrap();
        assert!(!alone.is_match(&dump), "a code is in the database");
    }
}

/// A refresh token has a tag that cannot be computed from the content of the database.
/// Threats: a77.
#[tokio::test]
async fn salt_and_generation_do_not_make_a_refresh_token() {
    let server = Server::dev().await;
    let token = server.full_access(&Person::ada()).await.refresh_token;
    let bytes =
        base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, &token[5..]).unwrap();
    let salt = if server.database.is_postgres() {
        server.database.value("SELECT encode(salt, 'hex') FROM sessions").await
    } else {
        server.database.value("SELECT hex(salt) FROM sessions").await
    };
    let salt: Vec<u8> =
        (0..salt.len()).step_by(2).map(|at| u8::from_str_radix(&salt[at..at + 2], 16).unwrap()).collect();
    // Without the secret, an attacker can only try other keys.
    let (name, _) = bytes.split_at(20);
    for key in [salt.as_slice(), b"", b"countersign/refresh-token/v1"] {
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, key);
        let tag = aws_lc_rs::hmac::sign(&key, &[name, &salt].concat());
        let forged = base64::Engine::encode(
            &base64::engine::general_purpose::URL_SAFE_NO_PAD,
            [name, tag.as_ref()].concat(),
        );
        let answer = server.guest().refresh(&format!("csrt_{forged}")).await;
        assert_eq!(answer.expect_problem(401, "invalid_refresh_token").body["reason"], "malformed");
    }
    server.guest().refresh(&token).await.expect(200);
}

/// Collects the text files of the project below a folder.
fn files(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        let name = entry.file_name();
        if path.is_dir() {
            let made = ["target", ".git", "node_modules", ".venv"].iter().any(|made| name == *made);
            if !made {
                files(&path, found);
            }
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            found.push((path.display().to_string(), text));
        }
    }
}

/// Strings that look like credentials must have a pattern that shows that they are made up.
/// Threats: a71.
#[test]
fn project_holds_no_credential() {
    let mut found = Vec::new();
    files(Path::new(env!("CARGO_MANIFEST_DIR")), &mut found);
    let sid = Regex::new(r"\b(AC|SK)[0-9a-f]{32}\b").unwrap();
    let is_made_up =
        |sid: &str| ["0123456789abcdef", "c0dec0de", "00000000"].iter().any(|it| sid.contains(it));
    let key = Regex::new(r"-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/]{16}").unwrap();
    let mut sids = 0;
    for (path, text) in &found {
        for sid in sid.find_iter(text).map(|sid| sid.as_str()) {
            assert!(is_made_up(sid), "{path}: {sid}");
            sids += 1;
        }
        assert!(!key.is_match(text), "{path} holds a private key");
    }
    assert!(sids > 10 && found.len() > 500, "{sids} in {} files", found.len());
}
