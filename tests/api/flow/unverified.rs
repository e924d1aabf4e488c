//! Pre-hijacking: a user who signs up with values of another person and never verifies keeps them for a day
//! at most.

use serde_json::json;

use crate::harness::{Answer, Launch, Person, Server, at_once, count};

const DAY: u32 = 24 * 60 * 60;

/// Bob, who signs up with one value of Ada's.
fn bob_with(what: &str) -> Person {
    let ada = Person::ada();
    let bob = Person::other(1);
    match what {
        "email" => Person { email: ada.email.to_uppercase(), ..bob },
        "phone_number" => Person { phone_number: ada.phone_number, ..bob },
        "username" => Person { username: "ADA".into(), ..bob },
        other => panic!("{other}"),
    }
}

async fn users(server: &Server) -> i64 {
    server.database.number("SELECT count(*) FROM users").await
}

/// Threats: b26.
#[tokio::test]
async fn values_of_an_unverified_user_can_be_claimed_after_a_day() {
    for what in ["email", "phone_number", "username"] {
        let server = Server::dev().await;
        let squatter = Person::ada();
        let owner = bob_with(what);
        server.sign_up(&squatter).await;
        let code = if what == "username" { "username_taken" } else { "user_exists" };
        server.guest().sign_up(&owner).await.expect_problem(409, code);
        server.advance(DAY - 30).await;
        server.guest().sign_up(&owner).await.expect_problem(409, code);
        server.advance(31).await;
        server.full_access(&owner).await;
        assert_eq!(users(&server).await, 1);
        // The owner has verified, so their account stays and the values cannot be claimed again.
        server.advance(10 * DAY).await;
        let all_of_it = Person { password: owner.password.clone(), ..owner };
        server.guest().sign_up(&all_of_it).await.expect_problem(409, "user_exists");
        assert_eq!(users(&server).await, 1);
    }
}

/// Threats: b26.
#[tokio::test]
async fn claim_invalidates_everything_the_squatter_holds() {
    let server = Server::dev().await;
    let squatter = Person::ada();
    // The email address is the owner's. The phone is the squatter's.
    let owner = Person { email: squatter.email.clone(), ..Person::other(1) };
    server.sign_up(&squatter).await;
    server.advance(DAY - 60).await;
    let token = server.log_in(&squatter).await;
    let code = server.code(&squatter.phone_number).await;
    let forgot = server.guest().forgot_password(&squatter.email).await;
    let reset_token = forgot.expect(202).text_of("reset_token");
    let reset_code = server.code(&squatter.email).await;
    server.advance(61).await;
    server.sign_up(&owner).await;

    server.guest().log_in(&squatter).await.expect_problem(401, "invalid_credentials");
    for answer in [token.verify(&code).await, token.resend().await, token.log_out().await] {
        answer.expect_problem(401, "invalid_token");
    }
    let reset = server.guest().reset_password(&reset_token, &reset_code, "another wobbly umbrella").await;
    assert!(
        ["challenge_expired", "incorrect_code"].contains(&reset.text_of("code").as_str()),
        "{}",
        reset.text
    );
    for table in ["challenges", "sessions", "password_resets"] {
        assert_eq!(server.database.number(&format!("SELECT count(*) FROM {table}")).await, 0, "{table}");
    }
    // The owner logs in with their own password and phone and finds nothing of the squatter's.
    let pending = server.log_in(&owner).await;
    let code = server.code(&owner.phone_number).await;
    let access = pending.open_session(&code).await;
    let activity = access.recent_activity().await;
    assert_eq!(activity, ["verified", "logged_in", "log_in_failed", "signed_up"]);
}

/// Threats: b26.
#[tokio::test]
async fn hourly_log_ins_do_not_extend_the_day() {
    let server = Server::dev().await;
    let squatter = Person::ada();
    let owner = bob_with("phone_number");
    server.sign_up(&squatter).await;
    for _ in 0..24 {
        server.advance(60 * 60).await;
        // The code goes to the owner's phone, so the squatter cannot verify.
        server.guest().log_in(&squatter).await;
    }
    server.advance(1).await;
    server.full_access(&owner).await;
}

#[tokio::test]
async fn verified_user_is_never_replaced() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let access = server.full_access(&ada).await;
    server.advance(365 * DAY).await;
    for (what, code) in
        [("email", "user_exists"), ("phone_number", "user_exists"), ("username", "username_taken")]
    {
        server.guest().sign_up(&bob_with(what)).await.expect_problem(409, code);
    }
    assert_eq!(users(&server).await, 1);
    // An old sign-up that is verified late counts as verified, too.
    let late = Person::other(2);
    server.sign_up(&late).await;
    server.advance(2 * DAY).await;
    server.another_session(&late).await;
    server
        .guest()
        .sign_up(&Person { email: late.email, ..Person::other(3) })
        .await
        .expect_problem(409, "user_exists");
    access.me().await.expect_problem(401, "invalid_token");
}

#[tokio::test]
async fn failed_claim_deletes_no_user() {
    let server = Server::dev().await;
    let stale = Person::ada();
    let another = Person::other(1);
    let verified = Person::other(2);
    server.sign_up(&stale).await;
    server.sign_up(&another).await;
    server.full_access(&verified).await;
    server.advance(DAY + 1).await;
    let greedy = Person {
        email: stale.email.clone(),
        phone_number: another.phone_number.clone(),
        username: verified.username.clone(),
        ..Person::other(3)
    };
    server.guest().sign_up(&greedy).await.expect_problem(409, "username_taken");
    server
        .guest()
        .sign_up(&Person { email: verified.email.clone(), ..greedy.clone() })
        .await
        .expect_problem(409, "user_exists");
    assert_eq!(users(&server).await, 3);
    server.log_in(&stale).await;
    // One sign-up can replace several unverified users.
    server.sign_up(&Person { username: "greedy".into(), ..greedy }).await;
    assert_eq!(users(&server).await, 2);
}

#[tokio::test]
async fn changes_claim_values_as_sign_up_does() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let squatters = [1, 2, 3].map(Person::other);
    server.advance(1).await;
    for squatter in &squatters {
        server.sign_up(squatter).await;
    }
    server.advance(DAY - 5).await;
    let access = server.full_access(&ada).await;
    let rename = async || {
        let body = json!({ "username": squatters[0].username });
        access.update_profile(body).await
    };
    rename().await.expect_problem(409, "username_taken");
    let number = &squatters[1].phone_number;
    let email = &squatters[2].email;
    access.change_phone_number(number, &ada.password).await.expect_problem(409, "user_exists");
    access.change_email(email, &ada.password).await.expect_problem(409, "user_exists");
    server.advance(30).await;
    assert_eq!(rename().await.expect(200).body["username"], squatters[0].username.as_str());
    server.advance(60).await;
    access.change_phone_number(number, &ada.password).await.expect(202);
    let user = access.verify_phone_number(&server.code(number).await).await.expect(200);
    assert_eq!(user.body["phone_number"], number.as_str());
    access.change_email(email, &ada.password).await.expect(202);
    let user = access.verify_email(&server.code(email).await).await.expect(200);
    assert_eq!(user.body["email"], email.as_str());
    assert_eq!(users(&server).await, 1);
}

#[tokio::test]
async fn claim_period_is_configurable() {
    let server = Launch::dev().variable("COUNTERSIGN__USERS__UNVERIFIED_HOURS", "2").start().await;
    server.sign_up(&Person::ada()).await;
    server.advance(2 * 60 * 60 - 30).await;
    server.guest().sign_up(&bob_with("email")).await.expect_problem(409, "user_exists");
    server.advance(31).await;
    server.sign_up(&bob_with("email")).await;
}

#[tokio::test]
async fn one_of_many_parallel_claims_succeeds() {
    let server = Server::dev().await;
    server.sign_up(&Person::ada()).await;
    server.log_in(&Person::ada()).await;
    server.advance(DAY + 1).await;
    let people: Vec<Person> =
        (1..=8).map(|number| Person { email: Person::ada().email, ..Person::other(number) }).collect();
    let answers = at_once(people.iter().map(|person| server.guest().sign_up(person))).await;
    assert_eq!((count(&answers, 201, None), count(&answers, 409, Some("user_exists"))), (1, 7));
    assert_eq!(users(&server).await, 1);
}

/// The old user verifies at the moment when another person claims their values. One of the two wins as a
/// whole.
#[tokio::test]
async fn verification_during_a_claim_wins_or_loses_as_a_whole() {
    let launch = Launch::dev().variable("COUNTERSIGN__PASSWORDS__MEMORY_KIB", "64");
    let server = launch.start().await;
    let pairs: Vec<(Person, Person)> = (0..10)
        .map(|number| {
            let old = Person::other(number);
            let new = Person { email: old.email.clone(), ..Person::other(100 + number) };
            (old, new)
        })
        .collect();
    for (old, _) in &pairs {
        server.sign_up(old).await;
    }
    server.advance(DAY + 1).await;
    for (number, (old, new)) in pairs.iter().enumerate() {
        let pending = server.log_in(old).await;
        let code = server.code(&old.phone_number).await;
        let (verified, signed_up): (Answer, Answer) =
            tokio::join!(pending.verify(&code), server.guest().sign_up(new));
        let with_email = format!("SELECT count(*) FROM users WHERE email = '{}'", old.email);
        assert_eq!(server.database.number(&with_email).await, 1, "{number}");
        match verified.status {
            200 => {
                signed_up.expect_problem(409, "user_exists");
                server.session_of(&verified).me().await.expect(200);
            }
            _ => {
                verified.expect_problem(401, "invalid_token");
                signed_up.expect(201);
            }
        }
    }
}
