//! The examples of the OpenAPI document. Those of responses are serialized from the types that the handlers
//! use.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::http::answer::challenge::{Challenge, Channel};
use crate::http::answer::session::Session;
use crate::http::answer::token_type::TokenType;
use crate::http::answer::tokens::Tokens;
use crate::http::answer::user::User;
use crate::http::dashboard::{Activity, ActivityKind, Dashboard};
use crate::http::health::{Health, HealthStatus, ServerMode};
use crate::http::jwks::{Jwk, JwkSet};
use crate::http::login::PasswordOk;
use crate::http::metadata::ServerMetadata;
use crate::http::password_reset::PasswordForgotten;
use crate::http::sessions::SessionList;

/// An example of a token. It is not valid.
const TOKEN: &str = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIwMTk5In0.c2lnbmF0dXJl";

/// An example of a refresh token. It is not valid.
const REFRESH_TOKEN: &str = "csrt_AZ0mXl3gcAC5Yk2j";

/// An example of a reset token. It is not valid.
const RESET_TOKEN: &str = "cspr_AZ0mXl3gcAC5Yk2j";

/// Returns the examples of an operation's request.
pub(crate) fn of_request(operation: &str) -> Value {
    match operation {
        "signup" => one(
            "New user",
            json!({
                "name": "Ada Lovelace",
                "username": "ada",
                "password": "correct horse battery staple",
                "phone_number": "+1 201 555 0123",
                "email": "ada@example.com",
            }),
        ),
        "login" => json!({
            "sms": {
                "summary": "Code by text message",
                "value": { "email": "ada@example.com", "password": "correct horse battery staple" },
            },
            "call": {
                "summary": "Code by voice call, in German",
                "value": {
                    "email": "ada@example.com",
                    "password": "correct horse battery staple",
                    "channel": "call",
                    "locale": "de",
                },
            },
        }),
        "resend" => json!({
            "same": { "summary": "Default channel", "value": {} },
            "call": { "summary": "Voice call", "value": { "channel": "call" } },
        }),
        "verify" => one("Code with a space", json!({ "code": "123 456" })),
        "refresh" => one("Latest refresh token", json!({ "refresh_token": REFRESH_TOKEN })),
        "updateMe" => one("New username", json!({ "username": "countess" })),
        "changePassword" => one(
            "New password",
            json!({
                "current_password": "correct horse battery staple",
                "new_password": "an engine that weaves algebraic patterns",
            }),
        ),
        "changePhone" => one(
            "New phone number",
            json!({ "phone_number": "+1 201 555 0124", "password": "correct horse battery staple" }),
        ),
        "verifyPhone" | "verifyEmail" => one("Code with a space", json!({ "code": "123 456" })),
        "changeEmail" => one(
            "New email address",
            json!({ "email": "ada@lovelace.example", "password": "correct horse battery staple" }),
        ),
        "forgotPassword" => one("Email address", json!({ "email": "ada@example.com" })),
        "resetPassword" => one(
            "Code and new password",
            json!({
                "reset_token": RESET_TOKEN,
                "code": "123 456",
                "new_password": "an engine that weaves algebraic patterns",
            }),
        ),
        "deleteMe" => one("Password", json!({ "password": "correct horse battery staple" })),
        "logout" => json!({
            "current": { "summary": "Current session", "value": {} },
            "all": { "summary": "All sessions", "value": { "scope": "all" } },
        }),
        _ => json!({}),
    }
}

/// Returns the examples of an operation's successful response.
pub(crate) fn of_answer(operation: &str) -> Value {
    let sent = |value: Result<Value, serde_json::Error>| value.unwrap_or_default();
    match operation {
        "signup" | "getMe" | "updateMe" => one("User", sent(serde_json::to_value(user()))),
        "verifyPhone" => {
            let user = User { phone_number: "+12015550124".into(), ..user() };
            one("User with the new phone number", sent(serde_json::to_value(user)))
        }
        "verifyEmail" => {
            let user = User { email: "ada@lovelace.example".into(), ..user() };
            one("User with the new email address", sent(serde_json::to_value(user)))
        }
        "login" => {
            let answer = PasswordOk {
                password_ok_token: TOKEN.into(),
                token_type: TokenType::Bearer,
                expires_in: 600,
                challenge: challenge(),
            };
            one("Code sent", sent(serde_json::to_value(answer)))
        }
        "resend" => one("Code sent", sent(serde_json::to_value(challenge()))),
        "changePhone" => one("Code sent", sent(serde_json::to_value(of_new_phone(challenge())))),
        "changeEmail" => one("Code sent", sent(serde_json::to_value(of_email(challenge())))),
        "forgotPassword" => {
            let answer =
                PasswordForgotten { reset_token: RESET_TOKEN.into(), expires_in: 600, code_length: 6 };
            one("Reset token", sent(serde_json::to_value(answer)))
        }
        "verify" | "refresh" => {
            let answer = Tokens {
                access_token: TOKEN.into(),
                token_type: TokenType::Bearer,
                expires_in: 900,
                refresh_token: REFRESH_TOKEN.into(),
                refresh_expires_in: 7_776_000,
                user: user(),
            };
            one("Tokens of a session", sent(serde_json::to_value(answer)))
        }
        "getDashboard" => one("Dashboard", sent(serde_json::to_value(dashboard()))),
        "listSessions" => {
            one("One session", sent(serde_json::to_value(SessionList { sessions: vec![session()] })))
        }
        "getLiveness" | "getReadiness" => {
            let answer = Health {
                status: HealthStatus::Ok,
                version: env!("CARGO_PKG_VERSION"),
                mode: ServerMode::Production,
            };
            one("Healthy server", sent(serde_json::to_value(answer)))
        }
        "getJwks" => {
            let key = Jwk {
                kty: "OKP",
                crv: "Ed25519",
                kid: "q0hQ6G7mLz9vXw2B".into(),
                key_use: "sig",
                alg: "EdDSA",
                // RFC 8037, appendix A.2.
                x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo".into(),
            };
            one("One key", sent(serde_json::to_value(JwkSet { keys: vec![key] })))
        }
        "getServerMetadata" => {
            let answer = ServerMetadata {
                issuer: "https://auth.example.com".into(),
                jwks_uri: "https://auth.example.com/.well-known/jwks.json".into(),
                response_types_supported: vec![],
                grant_types_supported: vec![],
            };
            one("Server metadata", sent(serde_json::to_value(answer)))
        }
        _ => json!({}),
    }
}

fn one(summary: &str, value: Value) -> Value {
    json!({ "default": { "summary": summary, "value": value } })
}

/// 2026-01-02T03:04:05Z
pub(crate) fn signed_up_at() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(1_767_323_045)
}

fn user() -> User {
    User {
        id: Uuid::from_u128(0x019b_7c1d_2c88_7c3a_9d4e_5f60_7182_93a4),
        name: "Ada Lovelace".into(),
        username: "ada".into(),
        email: "ada@example.com".into(),
        phone_number: "+12015550123".into(),
        phone_number_verified: true,
        created_at: signed_up_at(),
        updated_at: signed_up_at(),
    }
}

pub(crate) fn challenge() -> Challenge {
    Challenge {
        channel: Channel::Sms,
        channels: vec![Channel::Sms, Channel::Call],
        destination: "+1******0123".into(),
        code_length: 6,
        expires_at: signed_up_at() + TimeDelta::seconds(600),
        expires_in: 600,
        resend_available_at: Some(signed_up_at() + TimeDelta::seconds(30)),
        resend_in: Some(30),
        resends_left: 4,
        attempts_left: 5,
    }
}

/// Turns a challenge into one whose code went to a new email address.
pub(crate) fn of_email(challenge: Challenge) -> Challenge {
    let destination = "a***@lovelace.example".into();
    Challenge { channel: Channel::Email, channels: vec![Channel::Email], destination, ..challenge }
}

/// Turns a challenge into one whose code went to a new phone number.
pub(crate) fn of_new_phone(challenge: Challenge) -> Challenge {
    Challenge { destination: "+1******0124".into(), ..challenge }
}

fn session() -> Session {
    Session {
        id: Uuid::from_u128(0x019b_7c1e_0a1b_7d2c_8e3f_0123_4567_89ab),
        created_at: signed_up_at(),
        last_used_at: signed_up_at(),
        expires_at: signed_up_at() + TimeDelta::days(90),
        user_agent: Some("ExampleApp/1.0".into()),
        ip_address: Some("203.0.113.7".into()),
        current: true,
    }
}

fn dashboard() -> Dashboard {
    let Session { user_agent, ip_address, .. } = session();
    Dashboard {
        user: user(),
        session: session(),
        recent_activity: vec![Activity {
            kind: ActivityKind::Verified,
            occurred_at: signed_up_at(),
            user_agent,
            ip_address,
        }],
    }
}
