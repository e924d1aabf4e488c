//! The whole flow, from sign-up to the dashboard and log-out.

use crate::harness::{Person, Server};

#[tokio::test]
async fn sign_up_log_in_verify_dashboard_log_out() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let user = server.sign_up(&ada).await;
    assert_eq!(user.header("location"), "/v1/users/me");
    insta::assert_snapshot!(user.redacted(&["id", "created_at", "updated_at"]), @r#"
    {
      "id": "[id]",
      "name": "Ada Lovelace",
      "username": "ada",
      "email": "ada@example.com",
      "phone_number": "+12015550123",
      "phone_number_verified": false,
      "created_at": "[created_at]",
      "updated_at": "[updated_at]"
    }
    "#);

    let logged_in = server.guest().log_in(&ada).await.expect(200);
    assert_eq!(logged_in.body["expires_in"], 600);
    let varying = ["password_ok_token", "expires_in", "resend_in", "resend_available_at", "expires_at"];
    insta::assert_snapshot!(logged_in.redacted(&varying), @r#"
    {
      "password_ok_token": "[password_ok_token]",
      "token_type": "Bearer",
      "expires_in": "[expires_in]",
      "challenge": {
        "channel": "sms",
        "channels": [
          "sms",
          "call"
        ],
        "destination": "+1******0123",
        "code_length": 6,
        "expires_at": "[expires_at]",
        "expires_in": "[expires_in]",
        "resend_available_at": "[resend_available_at]",
        "resend_in": "[resend_in]",
        "resends_left": 4,
        "attempts_left": 5
      }
    }
    "#);
    let password_ok = server.password_ok_of(&logged_in);
    password_ok.as_access().dashboard().await.expect_problem(401, "otp_required");

    let code = server.code(&ada.phone_number).await;
    let tokens = password_ok.verify(&code).await.expect(200);
    let varying = ["id", "created_at", "updated_at", "access_token", "refresh_token"];
    insta::assert_snapshot!(tokens.redacted(&varying), @r#"
    {
      "access_token": "[access_token]",
      "token_type": "Bearer",
      "expires_in": 900,
      "refresh_token": "[refresh_token]",
      "refresh_expires_in": 7776000,
      "user": {
        "id": "[id]",
        "name": "Ada Lovelace",
        "username": "ada",
        "email": "ada@example.com",
        "phone_number": "+12015550123",
        "phone_number_verified": true,
        "created_at": "[created_at]",
        "updated_at": "[updated_at]"
      }
    }
    "#);

    let access = server.session_of(&tokens);
    let dashboard = access.dashboard().await.expect(200);
    let varying = ["id", "created_at", "updated_at", "last_used_at", "expires_at", "occurred_at"];
    insta::assert_snapshot!(dashboard.redacted(&varying), @r#"
    {
      "user": {
        "id": "[id]",
        "name": "Ada Lovelace",
        "username": "ada",
        "email": "ada@example.com",
        "phone_number": "+12015550123",
        "phone_number_verified": true,
        "created_at": "[created_at]",
        "updated_at": "[updated_at]"
      },
      "session": {
        "id": "[id]",
        "created_at": "[created_at]",
        "last_used_at": "[last_used_at]",
        "expires_at": "[expires_at]",
        "ip_address": "127.0.0.1",
        "current": true
      },
      "recent_activity": [
        {
          "kind": "verified",
          "occurred_at": "[occurred_at]",
          "ip_address": "127.0.0.1"
        },
        {
          "kind": "logged_in",
          "occurred_at": "[occurred_at]",
          "ip_address": "127.0.0.1"
        },
        {
          "kind": "signed_up",
          "occurred_at": "[occurred_at]",
          "ip_address": "127.0.0.1"
        }
      ]
    }
    "#);
    assert_eq!(access.me().await.expect(200).body, tokens.body["user"]);

    access.log_out().await.expect(204);
    let rejected = access.me().await.expect_problem(401, "invalid_token");
    insta::assert_snapshot!(rejected.redacted(&["detail", "request_id"]), @r#"
    {
      "type": "urn:countersign:problem:invalid_token",
      "title": "Invalid token",
      "status": 401,
      "detail": "[detail]",
      "code": "invalid_token",
      "request_id": "[request_id]",
      "reason": "logged_out"
    }
    "#);
}
