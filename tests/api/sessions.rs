//! Sessions: a user sees them all and ends whichever they do not know.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, Person, Server};

const SESSIONS: &str = "/v1/users/me/sessions";

impl Server {
    async fn sessions(&self, access: &str) -> Vec<Value> {
        let answer = self.get(SESSIONS, Some(access)).await.expect(200);
        answer.body["sessions"].as_array().unwrap().clone()
    }

    async fn end_session(&self, access: &str, id: &str) -> Answer {
        self.send(self.request(Method::DELETE, &format!("{SESSIONS}/{id}")).bearer_auth(access)).await
    }
}

fn id(session: &Value) -> String {
    session["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a46_a_user_sees_their_living_sessions_and_nobody_elses() {
    let (server, ada) = (Server::dev().await, Person::ada());
    server.full_access(&Person::other(1)).await;
    let over = server.full_access(&ada).await.text_of("access_token");
    server.log_out(&over).await.expect(204);
    let first = server.another_session(&ada).await;
    server.advance(60).await;
    let second = server.another_session(&ada).await.text_of("access_token");
    let seen = server.sessions(&second).await;
    assert_eq!(seen.len(), 2, "{seen:?}");
    let current: Vec<bool> = seen.iter().map(|session| session["current"].as_bool().unwrap()).collect();
    assert_eq!(current, [true, false]);
    assert!(!seen[0].as_object().unwrap().contains_key("salt"));
    // A refresh is a use: the other one comes first now.
    server.advance(60).await;
    let body = json!({ "refresh_token": first.text_of("refresh_token") });
    server.post("/v1/users/refresh", None, body).await.expect(200);
    let moved = server.sessions(&second).await;
    assert_eq!(id(&moved[0]), id(&seen[1]));
    assert!(moved[0]["last_used_at"].as_str() > seen[1]["last_used_at"].as_str());
    assert_eq!(moved[0]["created_at"], seen[1]["created_at"]);
    assert_eq!(moved[0]["expires_at"], seen[1]["expires_at"]);
}

#[tokio::test]
async fn an_idle_session_is_not_shown() {
    let (server, ada) = (Server::dev().await, Person::ada());
    server.full_access(&ada).await;
    server.advance(30 * 24 * 60 * 60).await;
    let access = server.another_session(&ada).await.text_of("access_token");
    assert_eq!(server.sessions(&access).await.len(), 1);
}

#[tokio::test]
async fn what_the_client_says_of_itself_is_data() {
    let (server, ada) = (Server::dev().await, Person::ada());
    let token = server.password_ok(&ada).await;
    let code = server.code(&ada.phone_number).await;
    let hostile = "<script>alert(1)</script> \u{fc}ber";
    let request = server.request(Method::POST, "/v1/users/verify").bearer_auth(token);
    let request = request.header("user-agent", hostile.as_bytes()).header("x-forwarded-for", "203.0.113.9");
    let access =
        server.send(request.json(&json!({ "code": code }))).await.expect(200).text_of("access_token");
    let session = server.sessions(&access).await.remove(0);
    assert!(session["user_agent"].as_str().is_none_or(|seen| seen.len() <= 256));
    // No proxy is trusted here: the header is nobody's word.
    assert_eq!(session["ip_address"], "127.0.0.1");
}

#[tokio::test]
async fn a46_b19_another_session_can_be_ended_and_all_its_tokens_with_it() {
    let (server, ada) = (Server::dev().await, Person::ada());
    let (lost, own) = (server.full_access(&ada).await, server.another_session(&ada).await);
    let own = own.text_of("access_token");
    let seen = server.sessions(&own).await;
    let other = seen.iter().find(|session| session["current"] == false).map(id).unwrap();
    server.end_session(&own, &other).await.expect(204);
    let me = server.me(&lost.text_of("access_token")).await.expect_problem(401, "invalid_token");
    assert_eq!(me.body["reason"], "session_ended");
    let body = json!({ "refresh_token": lost.text_of("refresh_token") });
    let refresh = server.post("/v1/users/refresh", None, body).await;
    assert_eq!(refresh.expect_problem(401, "invalid_refresh_token").body["reason"], "session_ended");
    assert_eq!(server.sessions(&own).await.len(), 1);
    let page = server.get("/v1/users/dashboard", Some(&own)).await.expect(200);
    assert_eq!(page.body["recent_activity"][0]["kind"], "session_ended");
    server.end_session(&own, &other).await.expect_problem(404, "not_found");
}

#[tokio::test]
async fn the_session_that_asks_may_end_itself() {
    let (server, ada) = (Server::dev().await, Person::ada());
    let access = server.full_access(&ada).await.text_of("access_token");
    let own = id(&server.sessions(&access).await[0]);
    server.end_session(&access, &own).await.expect(204);
    server.me(&access).await.expect_problem(401, "invalid_token");
}

#[tokio::test]
async fn a48_b41_nobody_ends_a_strangers_session() {
    let (server, ada, bob) = (Server::dev().await, Person::ada(), Person::other(1));
    let adas = server.full_access(&ada).await.text_of("access_token");
    let bobs = server.full_access(&bob).await.text_of("access_token");
    let session = id(&server.sessions(&adas).await[0]);
    let unknown = "0199c0de-0000-7000-8000-000000000000";
    let answers = [session.as_str(), unknown, "x", "%00", "0199c0de"];
    for id in answers {
        let answer = server.end_session(&bobs, id).await.expect_problem(404, "not_found");
        // A stranger's and an unknown one are not told apart.
        assert_eq!(answer.body["detail"], server.end_session(&bobs, unknown).await.body["detail"]);
    }
    server.me(&adas).await.expect(200);
}
