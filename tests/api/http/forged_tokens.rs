//! Forged tokens. Most are signed with the server's own key, so that the signature is not the reason for the
//! rejection.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use movable_clock::Clock;
use serde_json::{Value, json};

use crate::harness::{Answer, Forge, Person, Server, claims, header};

/// A server whose signing key has leaked, and a genuine token of each kind.
struct Forgery {
    server: Server,
    forge: Forge,
    access: String,
    password_ok: String,
}

impl Forgery {
    async fn begin() -> Self {
        let server = Forge::launch().start().await;
        let ada = Person::ada();
        let access = server.full_access(&ada).await.token().to_owned();
        let password_ok = server.log_in(&ada).await.token().to_owned();
        let forge = Forge::of(&server).await;
        // Control: a copy of the genuine token works.
        server.with_access(&forge.resign(&access, &claims(&access))).me().await.expect(200);
        Self { server, forge, access, password_ok }
    }

    #[track_caller]
    fn with_claim(&self, name: &str, value: Value) -> String {
        let mut claims = claims(&self.access);
        claims[name] = value;
        self.forge.resign(&self.access, &claims)
    }

    fn with_header(&self, name: &str, value: Value) -> String {
        let mut header = header(&self.access);
        header[name] = value;
        self.forge.sign(&header.to_string(), &claims(&self.access).to_string())
    }

    /// Reads the user with a token that has one claim changed.
    async fn me_with(&self, name: &str, value: Value) -> Answer {
        self.server.with_access(&self.with_claim(name, value)).me().await
    }

    async fn expect_malformed(&self, token: &str) {
        let answer = self.server.with_access(token).me().await.expect_problem(401, "invalid_token");
        assert_eq!(answer.body["reason"], "malformed", "{token}");
    }
}

/// Threats: a16.
#[tokio::test]
async fn only_the_algorithm_eddsa_is_accepted() {
    let forgery = Forgery::begin().await;
    let named = "none None NONE nOnE RS256 ES256 ES384 es256 HS256 HS384 eddsa EDDSA Ed25519".split(' ');
    for alg in named.chain(["", "EdDSA "]) {
        let token = forgery.with_header("alg", json!(alg));
        forgery.expect_malformed(&token).await;
        let (unsigned, _) = token.rsplit_once('.').unwrap();
        forgery.expect_malformed(&format!("{unsigned}.")).await;
        forgery.expect_malformed(unsigned).await;
    }
    forgery.expect_malformed(&forgery.with_header("alg", json!(["EdDSA"]))).await;
}

/// Threats: a16.
#[tokio::test]
async fn public_key_does_not_work_as_an_hmac_secret() {
    let forgery = Forgery::begin().await;
    let set = forgery.server.guest().jwks().await.expect(200);
    let raw = forgery.forge.public_key();
    // RFC 8410: the prefix of the 32 bytes in a PEM file.
    let der = [&[0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00], raw].concat();
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(&der));
    let x = URL_SAFE_NO_PAD.encode(raw);
    assert!(set.text.contains(&x));
    let secrets = [raw, &der, pem.as_bytes(), x.as_bytes(), set.text.as_bytes()];
    for alg in ["HS256", "EdDSA"] {
        let token = forgery.with_header("alg", json!(alg));
        let (message, _) = token.rsplit_once('.').unwrap();
        for secret in secrets {
            let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message.as_bytes());
            forgery.expect_malformed(&format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag))).await;
        }
    }
}

/// Threats: a17, a21.
#[tokio::test]
async fn keys_named_in_the_token_are_ignored() {
    let forgery = Forgery::begin().await;
    let stranger = forgery.forge.with_another_key();
    forgery.expect_malformed(&stranger.resign(&forgery.access, &claims(&forgery.access))).await;
    // The server must not fetch the keys of the stranger from this address.
    let keys = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    keys.set_nonblocking(true).unwrap();
    let address = keys.local_addr().unwrap();
    let x = URL_SAFE_NO_PAD.encode(stranger.public_key());
    let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": x, "kid": forgery.forge.kid });
    for (name, value) in [
        ("jwk", jwk),
        ("jku", json!(format!("http://{address}/jwks.json"))),
        ("x5u", json!(format!("http://{address}/x5u"))),
        ("x5c", json!(["MIIB"])),
        ("crit", json!(["x"])),
        ("crit", json!([])),
        ("b64", json!(false)),
        ("zip", json!("DEF")),
        ("anything", json!(1)),
    ] {
        forgery.expect_malformed(&forgery.with_header(name, value.clone())).await;
        let mut header = header(&forgery.access);
        header[name] = value;
        let claims = claims(&forgery.access).to_string();
        forgery.expect_malformed(&stranger.sign(&header.to_string(), &claims)).await;
    }
    assert_eq!(keys.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
}

/// Threats: a17.
#[tokio::test]
async fn key_id_must_match_exactly() {
    let forgery = Forgery::begin().await;
    for kid in [
        json!("dev-AAAAAAAAAAAAAAAA"),
        json!("../../../../dev/null"),
        json!("' OR 1=1 --"),
        json!(""),
        json!("x".repeat(2000)),
        json!("x".repeat(10_000)),
        json!([forgery.forge.kid]),
        json!(0),
        Value::Null,
        json!(forgery.forge.kid.to_uppercase()),
    ] {
        forgery.expect_malformed(&forgery.with_header("kid", kid)).await;
    }
    let claims = claims(&forgery.access).to_string();
    forgery.expect_malformed(&forgery.forge.sign(r#"{"typ":"at+jwt","alg":"EdDSA"}"#, &claims)).await;
    let twice = format!(r#"{{"alg":"none","typ":"at+jwt","kid":"{}","alg":"EdDSA"}}"#, forgery.forge.kid);
    forgery.expect_malformed(&forgery.forge.sign(&twice, &claims)).await;
}

/// Threats: a2, b20.
#[tokio::test]
async fn token_kinds_are_not_interchangeable() {
    let forgery = Forgery::begin().await;
    let access = claims(&forgery.access);
    let password_ok = claims(&forgery.password_ok);
    for typ in ["password-ok+jwt", "JWT", "jwt", "AT+JWT", "application/at+jwt", ""] {
        forgery.expect_malformed(&forgery.with_header("typ", json!(typ))).await;
    }
    forgery.expect_malformed(&forgery.forge.resign(&forgery.access, &password_ok)).await;
    forgery.expect_malformed(&forgery.forge.resign(&forgery.password_ok, &access)).await;
    forgery.expect_malformed(&forgery.with_claim("aud", password_ok["aud"].clone())).await;
    // A password-ok token with all claims of an access token.
    let mut grown = access.clone();
    (grown["jti"], grown["amr"]) = (password_ok["jti"].clone(), json!(["pwd"]));
    forgery.expect_malformed(&forgery.forge.resign(&forgery.password_ok, &grown)).await;
    let session = forgery.server.another_session(&Person::ada()).await;
    forgery.expect_malformed(&session.refresh_token).await;
}

/// Threats: a18, a19, b43.
#[tokio::test]
async fn every_claim_is_required_with_its_type() {
    let forgery = Forgery::begin().await;
    let genuine = claims(&forgery.access);
    for name in ["iss", "sub", "aud", "iat", "nbf", "exp", "jti", "sid", "amr", "auth_time", "client_id"] {
        let mut without = genuine.clone();
        assert!(without.as_object_mut().unwrap().remove(name).is_some());
        forgery.expect_malformed(&forgery.forge.resign(&forgery.access, &without)).await;
        for value in [Value::Null, json!({}), json!([[]]), json!(true)] {
            forgery.expect_malformed(&forgery.with_claim(name, value)).await;
        }
        let json = genuine.to_string();
        let twice = format!("{},\"{name}\":{}}}", json.strip_suffix('}').unwrap(), genuine[name]);
        forgery.expect_malformed(&forgery.forge.sign(&header(&forgery.access).to_string(), &twice)).await;
    }
    let aud = genuine["aud"].clone();
    let exp = genuine["exp"].as_i64().unwrap();
    for (name, value) in [
        ("iss", json!("https://evil.example")),
        ("iss", json!("Countersign")),
        ("aud", json!("another-api")),
        ("aud", json!([aud])),
        ("aud", json!([aud, "another-api"])),
        ("aud", json!([])),
        ("sub", json!("ada")),
        ("sid", json!("1")),
        ("exp", json!(exp.to_string())),
        ("exp", json!("never")),
        ("exp", json!(exp as f64 + 0.5)),
        ("exp", json!(1e20)),
        ("nbf", json!("0")),
        ("iat", json!("0")),
    ] {
        forgery.expect_malformed(&forgery.with_claim(name, value)).await;
    }
    let utf16: String = genuine.to_string().chars().flat_map(|letter| ['\0', letter]).collect();
    for body in [&utf16, "", "null", "[]", "{", "\"x\"", "\u{feff}{}"] {
        forgery.expect_malformed(&forgery.forge.sign(&header(&forgery.access).to_string(), body)).await;
    }
}

/// Threats: a18, c8.
#[tokio::test]
async fn times_have_five_seconds_of_leeway() {
    let forgery = Forgery::begin().await;
    let now = Clock::system().now().timestamp();
    forgery.me_with("exp", json!(now - 1)).await.expect(200);
    forgery.me_with("nbf", json!(now + 4)).await.expect(200);
    for (name, time) in [("nbf", now + 60), ("nbf", i64::MAX), ("iat", now + 3600)] {
        let answer = forgery.me_with(name, json!(time)).await;
        assert_eq!(answer.expect_problem(401, "invalid_token").body["reason"], "not_yet_valid");
    }
    for exp in [now - 7, 0, -1, i64::MIN] {
        let answer = forgery.me_with("exp", json!(exp)).await;
        assert_eq!(answer.expect_problem(401, "invalid_token").body["reason"], "expired");
    }
    // A token of another key is reported as malformed and nothing else.
    let mut expired = claims(&forgery.access);
    expired["exp"] = json!(0);
    let stranger = forgery.forge.with_another_key();
    forgery.expect_malformed(&stranger.resign(&forgery.access, &expired)).await;
}

/// Threats: a15.
#[tokio::test]
async fn every_changed_bit_is_detected() {
    let forgery = Forgery::begin().await;
    let parts: Vec<Vec<u8>> =
        forgery.access.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).unwrap()).collect();
    for (index, part) in parts.iter().enumerate() {
        for at in (0..part.len()).step_by(if index == 2 { 1 } else { 5 }) {
            let mut changed = parts.clone();
            changed[index][at] ^= 1;
            let token: Vec<String> = changed.iter().map(|part| URL_SAFE_NO_PAD.encode(part)).collect();
            forgery.expect_malformed(&token.join(".")).await;
        }
    }
    forgery.server.with_access(&forgery.access).me().await.expect(200);
}

/// Threats: a15, a22.
#[tokio::test]
async fn token_has_exactly_one_valid_spelling() {
    let forgery = Forgery::begin().await;
    let token = forgery.access.as_str();
    let [header, payload, signature] = token.split('.').collect::<Vec<_>>().try_into().unwrap();
    for length in 0..signature.len() {
        forgery.expect_malformed(&format!("{header}.{payload}.{}", &signature[..length])).await;
    }
    // 64 bytes fill 85 characters and two bits of the last one. Its other bits must be zero.
    let last = signature.chars().last().unwrap();
    for other in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".chars() {
        if other != last {
            forgery.expect_malformed(&format!("{header}.{payload}.{}{other}", &signature[..85])).await;
        }
    }
    let flattened = json!({ "protected": header, "payload": payload, "signature": signature });
    let general =
        json!({ "payload": payload, "signatures": [{ "protected": header, "signature": signature }] });
    for other in [
        format!("{token}."),
        format!(".{token}"),
        format!("{token}.{signature}"),
        format!("{token}.{payload}.{signature}"),
        format!("{token}A"),
        format!("{token}=="),
        format!("{header}.{payload}"),
        format!("{header}..{signature}"),
        format!("..{signature}"),
        "..".to_owned(),
        ".".to_owned(),
        format!("{header}. {payload}.{signature}"),
        format!("{token} {token}"),
        format!("{token},{token}"),
        format!("Bearer {token}"),
        format!("\"{token}\""),
        flattened.to_string(),
        general.to_string(),
        token.replace('.', "%2e"),
        format!("{token}{}", "A".repeat(8_000)),
        "A".repeat(60_000),
        format!("{}.", "eyJ".repeat(10_000)),
    ] {
        forgery.expect_malformed(&other).await;
    }
    forgery.server.with_access(token).me().await.expect(200);
}
