//! Lookalikes: another spelling of an email address, a username or a phone number.

use serde_json::json;

use crate::harness::{Person, Server};

/// One mailbox has one account: a lookalike is the same value or is rejected.
/// Threats: a53, b33, b34.
#[tokio::test]
async fn lookalikes_are_the_same_value_or_rejected() {
    let server = Server::dev().await;
    let kate =
        Person { email: "kate.fisk@example.com".into(), username: "kate.fisk".into(), ..Person::ada() };
    server.sign_up(&kate).await;
    let lookalikes = [
        ("email", "KATE.FISK@EXAMPLE.COM"),
        ("email", " Kate.Fisk@example.com\n"),
        ("email", "\u{212a}ate.fisk@example.com"),
        ("email", "kate.\u{fb01}sk@example.com"),
        ("email", "\u{ff4b}ate.fisk@example.com"),
        ("email", "kate.f\u{131}sk@example.com"),
        ("email", "kate.fi\u{307}sk@example.com"),
        ("email", "kate.fisk@example.com."),
        ("email", "\"kate.fisk\"@example.com"),
        ("email", "kate.fisk@ex\u{430}mple.com"),
        ("username", "Kate.Fisk"),
        ("username", "\u{212a}ate.fisk"),
        ("username", "kate.f\u{131}sk"),
        ("username", "kate.fisk "),
        ("phone_number", "\u{ff0b}1 (201) 555-0123"),
        ("phone_number", "+1201555012\u{663}"),
        ("phone_number", "001 201 555 0123"),
    ];
    for (field, value) in lookalikes {
        let mut body = Person::other(1).sign_up_body();
        body[field] = json!(value);
        let answer = server.guest().sign_up_with(body).await;
        assert!([409, 422].contains(&answer.status), "{value:?}: {}", answer.text);
    }
    assert_eq!(server.database.number("SELECT count(*) FROM users").await, 1);
    server.sign_up(&Person::other(1)).await;
    // The code goes to the stored number.
    server.log_in(&kate.with_email("KATE.FISK@EXAMPLE.COM")).await;
    assert_eq!(server.messages(&kate.phone_number).await.len(), 1);
}
