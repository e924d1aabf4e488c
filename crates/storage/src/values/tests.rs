//! Each type of a text column decodes its own words and rejects every other, on both databases.

use diesel::dsl::sql;
use diesel::result::Error;
use diesel::sql_types::Text;
use diesel::{Connection, IntoSql, SqliteConnection};
use diesel_async::{AsyncConnection as _, AsyncPgConnection};

use super::activity_kind::ActivityKind;
use super::amr::{Amr, AuthMethod};
use super::channel::Channel;
use super::end_reason::EndReason;
use super::event_kind::EventKind;
use super::mode::Mode;
use super::purpose::Purpose;

/// Databases to test on: SQLite, and PostgreSQL if `TEST_DATABASE_URL` names a server.
struct Databases {
    sqlite: SqliteConnection,
    postgres: Option<AsyncPgConnection>,
}

impl Databases {
    async fn connect() -> Self {
        let sqlite = SqliteConnection::establish(":memory:").unwrap();
        let url = std::env::var("TEST_DATABASE_URL").ok().filter(|url| url.starts_with("postgres"));
        let postgres = match url {
            Some(url) => Some(AsyncPgConnection::establish(&url).await.unwrap()),
            None => None,
        };
        Self { sqlite, postgres }
    }
}

/// Checks that `text` decodes to `expected`, or fails to decode if that is `None`, and that values are
/// written as `text`.
macro_rules! check {
    ($databases:expr, $type:ty, $text:expr, $expected:expr) => {{
        let (text, expected): (&str, Option<$type>) = ($text, $expected);
        let databases: &mut Databases = $databases;
        let select = || diesel::select(sql::<Text>(&format!("'{text}'")));
        let decoded: Result<$type, Error> = diesel::RunQueryDsl::get_result(select(), &mut databases.sqlite);
        assert_decoded(decoded, &expected, text);
        if let Some(connection) = &mut databases.postgres {
            let decoded: Result<$type, Error> =
                diesel_async::RunQueryDsl::get_result(select(), connection).await;
            assert_decoded(decoded, &expected, text);
        }
        if let Some(value) = expected {
            let written: String = diesel::RunQueryDsl::get_result(
                diesel::select(value.clone().into_sql::<Text>()),
                &mut databases.sqlite,
            )
            .unwrap();
            assert_eq!(written, text);
            if let Some(connection) = &mut databases.postgres {
                let written: String = diesel_async::RunQueryDsl::get_result(
                    diesel::select(value.into_sql::<Text>()),
                    connection,
                )
                .await
                .unwrap();
                assert_eq!(written, text);
            }
        }
    }};
}

fn assert_decoded<T: PartialEq + std::fmt::Debug>(
    decoded: Result<T, Error>,
    expected: &Option<T>,
    text: &str,
) {
    match expected {
        Some(value) => assert_eq!(&decoded.unwrap(), value, "{text}"),
        None => assert!(matches!(decoded, Err(Error::DeserializationError(_))), "{text}: {decoded:?}"),
    }
}

/// Checks every word of an enum, and words that it does not know.
macro_rules! check_enum {
    ($databases:expr, $type:ty) => {{
        for value in <$type>::ALL {
            check!($databases, $type, value.as_str(), Some(value));
            assert_eq!(value.to_string(), value.as_str());
        }
        for unknown in ["", "unknown", "SMS", " sms", "log_in ", "Dev"] {
            check!($databases, $type, unknown, None);
        }
    }};
}

#[tokio::test]
async fn an_unknown_channel_is_an_error() {
    check_enum!(&mut Databases::connect().await, Channel);
}

#[tokio::test]
async fn an_unknown_purpose_is_an_error() {
    check_enum!(&mut Databases::connect().await, Purpose);
}

#[tokio::test]
async fn an_unknown_end_reason_is_an_error() {
    check_enum!(&mut Databases::connect().await, EndReason);
}

#[tokio::test]
async fn an_unknown_activity_kind_is_an_error() {
    check_enum!(&mut Databases::connect().await, ActivityKind);
}

#[tokio::test]
async fn an_unknown_event_kind_is_an_error() {
    check_enum!(&mut Databases::connect().await, EventKind);
}

#[tokio::test]
async fn an_unknown_mode_is_an_error() {
    check_enum!(&mut Databases::connect().await, Mode);
}

#[tokio::test]
async fn an_unknown_method_of_a_session_is_an_error() {
    let databases = &mut Databases::connect().await;
    for channel in Channel::ALL {
        let amr = Amr::password_and_code(channel);
        check!(databases, Amr, &format!("pwd otp {channel}"), Some(amr));
    }
    for unknown in ["", "pwd otp", "pwd  otp sms", "pwd otp fax", "pwd,otp,sms"] {
        let expected = (unknown == "pwd otp").then(|| Amr::parse("pwd otp").unwrap());
        check!(databases, Amr, unknown, expected);
    }
    check_enum!(databases, AuthMethod);
}

#[test]
fn webhooks_receive_every_event_but_rejections_by_limits() {
    for kind in EventKind::ALL {
        assert_eq!(kind.as_str().parse::<EventKind>().is_ok(), kind != EventKind::RateLimitExceeded);
    }
}
