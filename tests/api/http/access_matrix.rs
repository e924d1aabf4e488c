//! The access matrix: every operation of the OpenAPI document against every kind of caller, each with a user
//! of its own. The snapshot is the table. Review its diff like a change of the permissions.

use std::fmt::Write;

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, Forge, Person, Server, claims, document, header};

/// A kind of caller, named after the token that it sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Caller {
    NoToken,
    Garbage,
    ForgedPasswordOk,
    ForgedAccess,
    UnsignedPasswordOk,
    UnsignedAccess,
    ExpiredPasswordOk,
    ExpiredAccess,
    SpentPasswordOk,
    LoggedOutPasswordOk,
    EndedAccess,
    RefreshToken,
    PasswordOk,
    Access,
}

impl Caller {
    const ALL: [Self; 14] = [
        Self::NoToken,
        Self::Garbage,
        Self::ForgedPasswordOk,
        Self::ForgedAccess,
        Self::UnsignedPasswordOk,
        Self::UnsignedAccess,
        Self::ExpiredPasswordOk,
        Self::ExpiredAccess,
        Self::SpentPasswordOk,
        Self::LoggedOutPasswordOk,
        Self::EndedAccess,
        Self::RefreshToken,
        Self::PasswordOk,
        Self::Access,
    ];

    /// Gets the token of this caller. `person` has signed up.
    async fn token(self, server: &Server, forge: &Forge, person: &Person) -> Option<String> {
        let access = async || server.another_session(person).await.token().to_owned();
        let password_ok = async || server.log_in(person).await.token().to_owned();
        let stranger = forge.with_another_key();
        Some(match self {
            Self::NoToken => return None,
            Self::Garbage => "garbage".into(),
            Self::ForgedPasswordOk => forged(&stranger, &password_ok().await),
            Self::ForgedAccess => forged(&stranger, &access().await),
            Self::UnsignedPasswordOk => unsigned(forge, &password_ok().await),
            Self::UnsignedAccess => unsigned(forge, &access().await),
            Self::ExpiredPasswordOk | Self::PasswordOk => password_ok().await,
            Self::ExpiredAccess | Self::Access => access().await,
            Self::SpentPasswordOk => {
                let caller = server.log_in(person).await;
                let code = server.code(&person.phone_number).await;
                caller.verify(&code).await.expect(200);
                caller.token().to_owned()
            }
            Self::LoggedOutPasswordOk => {
                let caller = server.log_in(person).await;
                caller.log_out().await.expect(204);
                caller.token().to_owned()
            }
            Self::EndedAccess => {
                let caller = server.another_session(person).await;
                caller.log_out().await.expect(204);
                caller.token().to_owned()
            }
            Self::RefreshToken => server.another_session(person).await.refresh_token,
        })
    }

    fn is_expired(self) -> bool {
        matches!(self, Self::ExpiredPasswordOk | Self::ExpiredAccess)
    }
}

/// The content of a genuine token with the signature of another key.
fn forged(stranger: &Forge, token: &str) -> String {
    stranger.resign(token, &claims(token))
}

/// The content of a genuine token without a signature (RFC 7515, appendix A.5).
fn unsigned(forge: &Forge, token: &str) -> String {
    let mut header = header(token);
    header["alg"] = json!("none");
    let signed = forge.sign(&header.to_string(), &claims(token).to_string());
    format!("{}.", signed.rsplit_once('.').unwrap().0)
}

/// A session that does not exist. An answer about it means that the caller has passed the guard.
const UNKNOWN_SESSION: &str = "0199c0de-0000-7000-8000-000000000000";

/// A valid body for the operation, if it has one. The newcomer has not signed up yet.
fn body(cell: &Cell<'_>, code: &str) -> Option<Value> {
    let Cell { person, newcomer, token, .. } = cell;
    match cell.operation.id.as_str() {
        "signup" => Some(newcomer.sign_up_body()),
        "login" => Some(person.log_in_body()),
        "resend" | "logout" | "updateMe" => Some(json!({})),
        "changePassword" => {
            Some(json!({ "current_password": person.password, "new_password": newcomer.password }))
        }
        "deleteMe" => Some(json!({ "password": person.password })),
        "verify" | "verifyPhone" | "verifyEmail" => Some(json!({ "code": code })),
        "changePhone" => Some(json!({ "phone_number": newcomer.phone_number, "password": person.password })),
        "changeEmail" => Some(json!({ "email": newcomer.email, "password": person.password })),
        "forgotPassword" => Some(json!({ "email": newcomer.email })),
        "resetPassword" => {
            Some(json!({ "reset_token": "cspr_AAAA", "code": code, "new_password": newcomer.password }))
        }
        // The body holds the token of this operation.
        "refresh" => Some(json!({ "refresh_token": token.as_deref().unwrap_or("csrt_AAAA") })),
        "getDashboard" | "getMe" | "listSessions" | "endSession" | "getLiveness" | "getReadiness"
        | "getJwks" | "getServerMetadata" => None,
        other => panic!("{other} is missing from the access matrix: add a valid body here"),
    }
}

struct Operation {
    id: String,
    method: Method,
    path: String,
}

fn operations() -> Vec<Operation> {
    let mut operations = Vec::new();
    for (path, item) in document()["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let method = method.to_uppercase().parse().unwrap();
            let id = operation["operationId"].as_str().unwrap().to_owned();
            operations.push(Operation { id, method, path: path.clone() });
        }
    }
    operations
}

/// A caller and the operation that it calls.
struct Cell<'a> {
    operation: &'a Operation,
    caller: Caller,
    person: Person,
    newcomer: Person,
    token: Option<String>,
}

impl Cell<'_> {
    async fn answer(&self, server: &Server) -> Answer {
        let Operation { method, path, .. } = self.operation;
        // Use the right code if there is one, so that no call fails because of a wrong code.
        let code = match server.messages(&self.person.phone_number).await.first() {
            Some(message) => message["code"].as_str().unwrap().to_owned(),
            None => "123456".into(),
        };
        let mut request = server.request(method.clone(), &path.replace("{id}", UNKNOWN_SESSION));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body(self, &code) {
            request = request.json(&body);
        }
        server.send(request).await
    }
}

fn shown(answer: &Answer) -> String {
    let words = [answer.body["code"].as_str(), answer.body["reason"].as_str()];
    let words: Vec<&str> = words.into_iter().flatten().collect();
    format!("{} {}", answer.status, words.join(" ")).trim_end().to_owned()
}

/// Threats: a1, a2.
#[tokio::test]
async fn each_caller_may_do_what_the_table_says() {
    let server = Forge::launch().start().await;
    let forge = Forge::of(&server).await;
    let operations = operations();
    let mut cells = Vec::new();
    for (operation, caller) in
        operations.iter().flat_map(|operation| Caller::ALL.map(|caller| (operation, caller)))
    {
        let number = u32::try_from(cells.len()).unwrap();
        let person = Person::other(2 * number);
        let newcomer = Person::other(2 * number + 1);
        cells.push(Cell { operation, caller, person, newcomer, token: None });
    }
    // First prepare tokens that must expire, then the others, which must be old enough for a resend.
    for (expired, then_wait) in [(true, 1000), (false, 31)] {
        for cell in cells.iter_mut().filter(|cell| cell.caller.is_expired() == expired) {
            server.sign_up(&cell.person).await;
            cell.token = cell.caller.token(&server, &forge, &cell.person).await;
        }
        server.advance(then_wait).await;
    }
    let mut table = String::new();
    for cell in &cells {
        if cell.caller == Caller::NoToken {
            writeln!(table, "\n{} {} {}", cell.operation.id, cell.operation.method, cell.operation.path)
                .unwrap();
        }
        let caller = format!("{:?}", cell.caller);
        let answer = cell.answer(&server).await;
        if answer.body["code"] == "otp_required" {
            // RFC 9470: the caller must step up, not log in again.
            let challenge = answer.header("www-authenticate");
            assert!(challenge.contains("error=\"insufficient_user_authentication\""), "{challenge}");
        }
        writeln!(table, "  {caller:<20} {}", shown(&answer)).unwrap();
    }
    insta::assert_snapshot!(table);
}
