//! The whole flow, from sign-up to the dashboard and log-out.

use serde_json::json;

use crate::harness::{Person, Server};

#[tokio::test]
async fn sign_up_log_in_verify_dashboard_log_out() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let user = server.sign_up(&ada).await;
    assert_eq!(user.header("location"), "/v1/users/me");
    assert_eq!(user.body["phone_number_verified"], false);

    let grant = server.guest().log_in(&ada).await.expect(200);
    let password_ok = server.password_ok_of(&grant);
    assert_eq!(grant.body["token_type"], "Bearer");
    assert_eq!(grant.body["expires_in"], 600);
    assert_eq!(grant.body["challenge"]["destination"], "+1******0123");
    password_ok.as_access().dashboard().await.expect_problem(401, "otp_required");

    let code = server.code(&ada.phone_number).await;
    let tokens = password_ok.verify(&code).await.expect(200);
    let access = server.session_of(&tokens);
    assert_eq!(tokens.body["user"]["phone_number_verified"], true);

    let dashboard = access.dashboard().await.expect(200);
    assert_eq!(dashboard.body["user"]["email"], "ada@example.com");
    assert_eq!(dashboard.body["session"]["current"], true);
    let kinds: Vec<_> = dashboard.body["recent_activity"]
        .as_array()
        .unwrap()
        .iter()
        .map(|activity| &activity["kind"])
        .collect();
    assert_eq!(kinds, ["verified", "logged_in", "signed_up"]);
    let me = access.me().await.expect(200);
    assert_eq!(me.body, tokens.body["user"]);

    access.log_out_with(json!({})).await.expect(204);
    let refused = access.me().await.expect_problem(401, "invalid_token");
    assert_eq!(refused.body["reason"], "logged_out");
}
