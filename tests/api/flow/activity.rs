//! Activities: what is recorded about a user, with the time and the client, and without secrets.

use serde_json::json;

use crate::harness::{Launch, Person, Server};

const FAILED: &str = "SELECT count(*) FROM activities WHERE kind = 'log_in_failed'";

/// Threats: a72.
#[tokio::test]
async fn wrong_password_is_recorded_with_client_and_address() {
    let server = Server::dev().await;
    let ada = Person::ada();
    server.sign_up(&ada).await;
    let try_password = async |email: &str, password: &str| {
        let guesser = server.guest().header("user-agent", "Guesser/1.0");
        let answer = guesser.log_in_with(json!({ "email": email, "password": password })).await;
        answer.expect_problem(401, "invalid_credentials");
    };
    try_password("eve@example.com", "incorrect horse").await;
    try_password(&ada.email, "incorrect horse").await;
    server.database.eventually(FAILED, 1).await;
    let access = server.another_session(&ada).await;
    let page = access.dashboard().await.expect(200);
    let failed = &page.body["recent_activity"][2];
    assert_eq!(failed["kind"], "log_in_failed", "{}", page.text);
    assert_eq!((&failed["user_agent"], &failed["ip_address"]), (&json!("Guesser/1.0"), &json!("127.0.0.1")));
    // An unknown address leaves no activity, and no password is stored.
    assert_eq!(server.database.number("SELECT count(*) FROM activities").await, 4);
    let everything = "kind || coalesce(user_agent, '') || coalesce(ip_address, '')";
    let secret = format!("SELECT count(*) FROM activities WHERE {everything} LIKE '%horse%'");
    assert_eq!(server.database.number(&secret).await, 0);
}

#[tokio::test]
async fn repeated_guesses_are_recorded_ten_times_an_hour() {
    // The default limits would stop the guesses.
    let server = Launch::dev().limits(&[]).start().await;
    let ada = Person::ada();
    let bob = Person::other(1);
    server.sign_up(&ada).await;
    server.sign_up(&bob).await;
    let wrong = |person: &Person| person.with_password("incorrect horse");
    for _ in 0..10 {
        server.guest().log_in(&wrong(&ada)).await.expect(401);
    }
    server.database.eventually(FAILED, 10).await;
    for _ in 0..10 {
        server.guest().log_in(&wrong(&ada)).await.expect(401);
    }
    // Another user has a quota of their own.
    server.guest().log_in(&wrong(&bob)).await.expect(401);
    server.database.eventually(FAILED, 11).await;
    server.advance(3600).await;
    server.guest().log_in(&wrong(&ada)).await.expect(401);
    server.database.eventually(FAILED, 12).await;
}

#[tokio::test]
async fn dashboard_shows_the_ten_newest_activities() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let access = server.full_access(&ada).await;
    for number in 0..10 {
        let body = json!({ "name": format!("Ada {number}") });
        access.update_profile(body).await.expect(200);
    }
    assert_eq!(access.recent_activity().await, ["profile_changed"; 10]);
}
