//! Conversion limits: number ranges from which too few codes come back get no more codes.

use crate::harness::{Answer, Fault, Operation, Person, Server, Twilio, at_once, count};

const BLOCK: &str = "unverified_codes_per_block";
const RANGE: &str = "unverified_codes_per_range";
const COUNTRY: &str = "unverified_codes_per_country";
const HOUR: u32 = 3600;

/// A person with a number in a block of ten thousand. `block` is everything before the last four digits.
fn in_block(block: &str, number: u32) -> Person {
    Person::other(number % 1000).with_phone_number(&format!("{block}{number:04}"))
}

/// A person with an ordinary number in Washington. All of them are in one block. `number` is at most 39.
fn washingtonian(number: u32) -> Person {
    in_block("+1202555", 100 + number)
}

async fn signed_up(server: &Server, people: impl IntoIterator<Item = Person>) -> Vec<Person> {
    let people: Vec<Person> = people.into_iter().collect();
    for person in &people {
        server.sign_up(person).await;
    }
    people
}

/// The seconds to wait of a rejection.
#[track_caller]
fn wait(answer: Answer) -> u32 {
    answer.rate_limited()
}

/// Threats: a34, b30.
#[tokio::test]
async fn numbers_whose_codes_never_come_back_get_no_more_codes() {
    let server = Server::with_limits(&[(BLOCK, "3/h")]).await;
    let people = signed_up(&server, (0..5).map(washingtonian)).await;
    for person in &people[..3] {
        server.log_in(person).await;
    }
    let refused = wait(server.guest().log_in(&people[3]).await);
    assert!((1..=2 * HOUR).contains(&refused), "{refused}");
    assert_eq!(server.twilio_requests("start", &people[3].phone_number).await, 0);
    // Other numbers of the same city and of the same country.
    for block in ["+1202556", "+1203555"] {
        let other = Person { email: format!("{}@example.com", &block[1..]), ..in_block(block, 123) };
        let other = Person { username: block[1..].to_owned(), ..other };
        server.password_ok(&other).await;
    }
    // The log reports it once, without a number.
    wait(server.guest().log_in(&people[4]).await);
    let log = server.process.log();
    assert_eq!(log.matches("too few codes to these numbers").count(), 1, "{log}");
    let line = log.lines().find(|line| line.contains("too few codes")).unwrap();
    assert!(line.contains("WARN") && line.contains("US") && line.contains("+1202555"), "{line}");
    assert!(!log.contains(&people[3].phone_number), "{log}");
    server.advance(refused).await;
    server.log_in(&people[3]).await;
}

#[tokio::test]
async fn each_verified_code_allows_another() {
    let server = Server::with_limits(&[(BLOCK, "2/h")]).await;
    let people = signed_up(&server, (0..8).map(washingtonian)).await;
    server.another_session(&people[0]).await;
    // One code was sent and verified. Two more are free, and the verified code allows a third.
    for person in &people[1..4] {
        server.log_in(person).await;
    }
    wait(server.guest().log_in(&people[4]).await);
    // A user who has verified the number is neither rejected nor counted.
    for _ in 0..3 {
        server.another_session(&people[0]).await;
    }
    wait(server.guest().log_in(&people[4]).await);
    let sends = server.database.number("SELECT sum(sends) FROM conversions WHERE numbers = 'US'").await;
    assert_eq!(sends, 4);
}

#[tokio::test]
async fn one_verified_code_counts_for_all_its_sends() {
    let server = Server::with_limits(&[(BLOCK, "2/h")]).await;
    let people = signed_up(&server, (0..8).map(washingtonian)).await;
    let pending = server.log_in(&people[0]).await;
    server.advance(31).await;
    pending.resend().await.expect(202);
    wait(server.guest().log_in(&people[1]).await);
    server.advance(41).await;
    let refused = pending.resend().await;
    assert_eq!(refused.body["challenge"]["resends_left"], 3, "{}", refused.text);
    wait(refused);
    let code = server.code(&people[0].phone_number).await;
    pending.verify(&code).await.expect(200);
    for person in &people[1..5] {
        server.log_in(person).await;
    }
    wait(server.guest().log_in(&people[5]).await);
}

/// Threats: a34.
#[tokio::test]
async fn country_limit_applies_to_ranges_without_history() {
    let server = Server::with_limits(&[(RANGE, "100/h"), (COUNTRY, "4/h")]).await;
    let known = washingtonian(1);
    let neighbour = washingtonian(2);
    signed_up(&server, [known.clone(), neighbour.clone()]).await;
    let strangers = [203, 205, 206, 207, 208, 209, 210]
        .map(|area| Person::other(100 + area).with_phone_number(&format!("+1{area}5550123")));
    let strangers = signed_up(&server, strangers).await;
    server.another_session(&known).await;
    let mut sent = 0;
    for person in &strangers {
        let answer = server.guest().log_in(person).await;
        if answer.status == 429 {
            wait(answer);
            break;
        }
        answer.expect(200);
        sent += 1;
    }
    // Four codes are free in each country, and the verified code allows one more.
    assert_eq!(sent, 5);
    // A range with a verified code is trusted, and Canada is another country.
    server.log_in(&neighbour).await;
    let canadian = Person::other(200).with_phone_number("+16045550123");
    server.password_ok(&canadian).await;
}

#[tokio::test]
async fn phone_change_is_subject_to_the_conversion_limit() {
    let server = Server::with_limits(&[(BLOCK, "1/h")]).await;
    let users = [Person::other(200), Person::other(300)];
    let mut access = vec![];
    for user in &users {
        access.push(server.full_access(user).await);
    }
    let change = async |user: usize, number: &str| {
        access[user].change_phone_number(number, &users[user].password).await
    };
    let [first, second] = [washingtonian(0), washingtonian(1)].map(|person| person.phone_number);
    change(0, &first).await.expect(202);
    wait(change(1, &second).await);
    access[0].verify_phone_number(&server.code(&first).await).await.expect(200);
    change(1, &second).await.expect(202);
    // An email address has no country and is not counted.
    let sends = server.database.number("SELECT sum(sends) FROM conversions WHERE numbers = 'US'").await;
    access[0].change_email("new@example.com", &users[0].password).await.expect(202);
    assert_eq!(
        server.database.number("SELECT sum(sends) FROM conversions WHERE numbers = 'US'").await,
        sends
    );
}

#[tokio::test]
async fn replicas_share_the_count_and_failed_sends_do_not_count() {
    let twilio = Twilio::start().await;
    let limits = [(BLOCK, "2/h")];
    let first = twilio.launch().limits(&limits).start().await;
    let second = twilio.launch().limits(&limits).database(&first.database).start().await;
    let people = signed_up(&first, (0..4).map(washingtonian)).await;
    for _ in 0..4 {
        twilio.inject_fault(Operation::Start, Fault::error(429, 20429).header("Retry-After", "30"));
        first.guest().log_in(&people[0]).await.expect_problem(503, "otp_unavailable");
    }
    first.log_in(&people[0]).await;
    second.log_in(&people[1]).await;
    wait(first.guest().log_in(&people[2]).await);
    wait(second.guest().log_in(&people[3]).await);
    assert_eq!(first.database.number("SELECT max(sends) FROM conversions").await, 2);
}

#[tokio::test]
async fn parallel_log_ins_send_no_more_than_sequential_ones() {
    let server = Server::with_limits(&[(BLOCK, "5/h")]).await;
    let people = signed_up(&server, (0..30).map(washingtonian)).await;
    let answers = at_once(people.iter().map(|person| server.guest().log_in(person))).await;
    assert_eq!(count(&answers, 200, None), 5);
    assert_eq!(count(&answers, 429, Some("rate_limited")), 25);
}

/// A test suite uses a few fictional numbers and verifies hardly any of their codes.
#[tokio::test]
async fn test_mode_has_no_conversion_limits_by_default() {
    let server = Server::dev().await;
    for person in signed_up(&server, (0..40).map(washingtonian)).await {
        server.log_in(&person).await;
    }
    assert_eq!(server.database.number("SELECT count(*) FROM conversions").await, 0);
}

#[tokio::test]
async fn conversion_counts_expire_after_a_day() {
    let server = Server::with_limits(&[(BLOCK, "2/h"), (RANGE, "20/d")]).await;
    server.password_ok(&washingtonian(0)).await;
    assert_eq!(server.database.number("SELECT count(*) FROM conversions").await, 3);
    server.advance(24 * HOUR).await;
    server.log_in(&washingtonian(0)).await;
    server.advance(3 * HOUR).await;
    server.database.eventually("SELECT count(*) FROM conversions", 3).await;
}
