//! Sessions: a user sees all their sessions and can end any of them.

use serde_json::Value;

use crate::harness::{Person, Server};

fn id(session: &Value) -> String {
    session["id"].as_str().unwrap().to_owned()
}

/// Threats: a46.
#[tokio::test]
async fn user_sees_only_their_own_active_sessions() {
    let server = Server::dev().await;
    let ada = Person::ada();
    server.full_access(&Person::other(1)).await;
    let over = server.full_access(&ada).await;
    over.log_out().await.expect(204);
    let first = server.another_session(&ada).await;
    server.advance(60).await;
    let second = server.another_session(&ada).await;
    let seen = second.listed_sessions().await;
    assert_eq!(seen.len(), 2, "{seen:?}");
    let current: Vec<bool> = seen.iter().map(|session| session["current"].as_bool().unwrap()).collect();
    assert_eq!(current, [true, false]);
    assert!(!seen[0].as_object().unwrap().contains_key("salt"));
    // A refresh counts as a use, so the other session is listed first.
    server.advance(60).await;
    first.refresh().await.expect(200);
    let moved = second.listed_sessions().await;
    assert_eq!(id(&moved[0]), id(&seen[1]));
    assert!(moved[0]["last_used_at"].as_str() > seen[1]["last_used_at"].as_str());
    assert_eq!(moved[0]["created_at"], seen[1]["created_at"]);
    assert_eq!(moved[0]["expires_at"], seen[1]["expires_at"]);
}

#[tokio::test]
async fn idle_session_is_not_listed() {
    let server = Server::dev().await;
    let ada = Person::ada();
    server.full_access(&ada).await;
    server.advance(30 * 24 * 60 * 60).await;
    let access = server.another_session(&ada).await;
    assert_eq!(access.listed_sessions().await.len(), 1);
}

#[tokio::test]
async fn hostile_user_agent_is_stored_as_data() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let token = server.password_ok(&ada).await;
    let code = server.code(&ada.phone_number).await;
    let hostile = "<script>alert(1)</script> \u{fc}ber";
    let access = token.header("user-agent", hostile).at("203.0.113.9").open_session(&code).await;
    let session = access.listed_sessions().await.remove(0);
    assert!(session["user_agent"].as_str().is_none_or(|seen| seen.len() <= 256));
    // The server trusts no proxy here, so the header is ignored.
    assert_eq!(session["ip_address"], "127.0.0.1");
}

/// Threats: a46, b19.
#[tokio::test]
async fn ending_another_session_ends_all_its_tokens() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let lost = server.full_access(&ada).await;
    let own = server.another_session(&ada).await;
    let seen = own.listed_sessions().await;
    let other = seen.iter().find(|session| session["current"] == false).map(id).unwrap();
    own.end_session(&other).await.expect(204);
    let me = lost.me().await.expect_problem(401, "invalid_token");
    assert_eq!(me.body["reason"], "session_ended");
    let refresh = lost.refresh().await;
    assert_eq!(refresh.expect_problem(401, "invalid_refresh_token").body["reason"], "session_ended");
    assert_eq!(own.listed_sessions().await.len(), 1);
    let page = own.dashboard().await.expect(200);
    assert_eq!(page.body["recent_activity"][0]["kind"], "session_ended");
    own.end_session(&other).await.expect_problem(404, "not_found");
}

#[tokio::test]
async fn session_can_end_itself() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let access = server.full_access(&ada).await;
    let own = id(&access.listed_sessions().await[0]);
    access.end_session(&own).await.expect(204);
    access.me().await.expect_problem(401, "invalid_token");
}

/// Threats: a48, b41.
#[tokio::test]
async fn session_of_another_user_cannot_be_ended() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let bob = Person::other(1);
    let ada_caller = server.full_access(&ada).await;
    let bob_caller = server.full_access(&bob).await;
    let session = id(&ada_caller.listed_sessions().await[0]);
    let unknown = "0199c0de-0000-7000-8000-000000000000";
    let answers = [session.as_str(), unknown, "x", "%00", "0199c0de"];
    for id in answers {
        let answer = bob_caller.end_session(id).await.expect_problem(404, "not_found");
        // The answers about a foreign and an unknown session are the same.
        assert_eq!(answer.body["detail"], bob_caller.end_session(unknown).await.body["detail"]);
    }
    ada_caller.me().await.expect(200);
}
