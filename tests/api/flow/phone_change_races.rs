//! Phone changes that race with other requests.

use std::sync::Arc;

use crate::harness::{Fault, Operation, Person, Server, Twilio, at_once, count};

const NEW: &str = "+12015550124";

#[tokio::test]
async fn parallel_phone_changes_send_one_message_and_change_once() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let access = server.full_access(&ada).await;
    let answers = at_once((0..10).map(|_| access.change_phone_number(NEW, &ada.password))).await;
    assert_eq!(
        (count(&answers, 202, None), count(&answers, 429, Some("resend_too_soon"))),
        (1, 9),
        "{answers:?}"
    );
    assert_eq!(server.twilio_requests("start", NEW).await, 1);
    let code = server.code(NEW).await;
    let answers = at_once((0..10).map(|_| access.verify_phone_number(&code))).await;
    assert_eq!(count(&answers, 200, None), 1, "{answers:?}");
    assert!(answers.iter().all(|answer| [200, 410, 429].contains(&answer.status)), "{answers:?}");
}

/// A log-in reads the old number while the change is running. Either the log-in or its token is rejected.
#[tokio::test]
async fn log_in_during_a_phone_change_gets_no_session() {
    let server = Server::dev().await;
    for number in 0..5 {
        let person = Person::other(number);
        let new = Person::other(100 + number).phone_number;
        let access = server.full_access(&person).await;
        access.change_phone_number(&new, &person.password).await.expect(202);
        let code = server.code(&new).await;
        let change = access.verify_phone_number(&code);
        let (changed, log_ins) =
            tokio::join!(change, at_once((0..4).map(|_| server.guest().log_in(&person))));
        changed.expect(200);
        for log_in in log_ins.into_iter().filter(|answer| answer.status == 200) {
            let destination = log_in.body["challenge"]["destination"].as_str().unwrap().to_owned();
            if destination.ends_with(&new[new.len() - 4..])
                && !person.phone_number.ends_with(&new[new.len() - 4..])
            {
                continue;
            }
            let token = server.password_ok_of(&log_in);
            let messages = server.messages(&person.phone_number).await;
            let code = messages[0]["code"].as_str().unwrap();
            assert_ne!(token.verify(code).await.status, 200);
        }
    }
}

#[tokio::test]
async fn phone_change_continues_on_another_replica() {
    let twilio = Twilio::start().await;
    let first = twilio.launch().start().await;
    let second = twilio.launch().database(&Arc::clone(&first.database)).start().await;
    let ada = Person::ada();
    let access = first.full_access(&ada).await;
    access.change_phone_number(NEW, &ada.password).await.expect(202);
    access.on(&second).change_phone_number(NEW, &ada.password).await.expect_problem(429, "resend_too_soon");
    access.on(&second).verify_phone_number(&first.code(NEW).await).await.expect(200);
    assert_eq!(access.phone_number().await, NEW);
}

/// A thief has an access token and the password. The owner ends the thief's session while Twilio is being
/// asked.
#[tokio::test]
async fn session_that_ends_during_the_check_changes_nothing() {
    let twilio = Twilio::start().await;
    let ada = Person::ada();
    let server = twilio.launch().start().await;
    let thief = server.full_access(&ada).await;
    let owner = server.another_session(&ada).await;
    thief.change_phone_number(NEW, &ada.password).await.expect(202);
    let code = server.code(NEW).await;
    let (held, go_on) = Fault::held();
    twilio.inject_fault(Operation::Check, held);
    let change = thief.verify_phone_number(&code);
    let end = async {
        twilio.wait_for(Operation::Check, 3).await;
        owner.log_out_of("others").await.expect(204);
        go_on.notify_one();
    };
    let (changed, ()) = tokio::join!(change, end);
    changed.expect_problem(401, "invalid_token");
    assert_eq!(owner.phone_number().await, ada.phone_number);
}

/// Threats: b11.
#[tokio::test]
async fn one_of_two_users_who_claim_a_number_gets_it() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let bob = Person::other(1);
    let ada_token = server.full_access(&ada).await;
    let bob_token = server.full_access(&bob).await;
    ada_token.change_phone_number(NEW, &ada.password).await.expect(202);
    // Twilio has one verification per number, so both changes wait for the same code. The first check uses it
    // up.
    bob_token.change_phone_number(NEW, &bob.password).await.expect(202);
    let code = server.code(NEW).await;
    let answers = at_once([ada_token.verify_phone_number(&code), bob_token.verify_phone_number(&code)]).await;
    assert_eq!(count(&answers, 200, None), 1, "{answers:?}");
    let owner = format!("SELECT count(*) FROM users WHERE phone_number = '{NEW}'");
    assert_eq!(server.database.number(&owner).await, 1);
}
