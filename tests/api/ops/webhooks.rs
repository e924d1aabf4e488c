//! Webhooks: every event is delivered with a signature, and no request waits for it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::harness::{
    Delivery, Launch, Person, Receiver, Server, TempDir, Twilio, complete_with, rejected_command,
};

const WAITING: &str = "SELECT count(*) FROM webhook_outbox WHERE due_at IS NOT NULL";
const DELIVERED: &str =
    "SELECT count(*) FROM webhook_outbox WHERE delivered_at IS NOT NULL AND due_at IS NULL";

fn events(taken: &[Delivery]) -> BTreeSet<&str> {
    taken.iter().map(Delivery::event).collect()
}

/// Threats: a72.
#[tokio::test]
async fn every_event_of_a_flow_arrives_and_names_only_the_user() {
    let receiver = Receiver::start().await;
    let ada = Person::ada();
    let server = receiver.configure(Launch::dev()).start().await;
    let signed_up = server.sign_up(&ada).await;
    let wrong = ada.with_password("incorrect horse");
    server.guest().log_in(&wrong).await.expect(401);
    server.guest().log_in(&Person::other(7)).await.expect(401);
    let tokens = server.another_session(&ada).await;
    let access = tokens.refreshed().await;
    access.delete_account(&ada.password).await.expect(204);
    let taken = receiver.wait_for(6).await;
    let expected = [
        "user_created",
        "authn_login_fail",
        "authn_token_created",
        "authn_login_success",
        "session_created",
        "user_deleted",
    ];
    assert_eq!(events(&taken), BTreeSet::from(expected));
    assert_eq!(taken.iter().map(|taken| &taken.id).collect::<BTreeSet<_>>().len(), 6);
    let user_id = signed_up.body["id"].as_str().unwrap();
    for taken in &taken {
        let reason = match taken.event() {
            "authn_login_fail" => json!({ "user_id": user_id, "reason": "wrong_password" }),
            "authn_token_created" => json!({ "user_id": user_id, "reason": "password_ok" }),
            _ => json!({ "user_id": user_id }),
        };
        assert_eq!(taken.body["data"], reason);
        let happened =
            chrono::DateTime::parse_from_rfc3339(taken.body["timestamp"].as_str().unwrap()).unwrap();
        assert!((0..60).contains(&(taken.timestamp - happened.timestamp())), "{taken:?}");
    }
    server.database.eventually(DELIVERED, 6).await;
    // A delivered event is not repeated, and it is deleted after a week.
    server.advance(3600).await;
    server.sign_up(&Person::other(2)).await;
    assert_eq!(receiver.wait_for(7).await.len(), 7);
    server.advance(8 * 24 * 3600).await;
    server.database.eventually("SELECT count(*) FROM webhook_outbox", 0).await;
}

#[tokio::test]
async fn log_has_the_id_of_the_event_but_not_the_url() {
    let receiver = Receiver::start().await;
    let ada = Person::ada();
    receiver.answer(&["500 Internal Server Error"]);
    let launch = Launch::dev().variable("COUNTERSIGN__LOG__LEVEL", "trace");
    let mut server = receiver.configure(launch).start().await;
    server.sign_up(&ada).await;
    let taken = receiver.wait_for(1).await;
    server.database.eventually("SELECT count(*) FROM webhook_outbox WHERE attempts = 1", 1).await;
    server.advance(6).await;
    receiver.wait_for(2).await;
    server.database.eventually(DELIVERED, 1).await;
    server.process.signal("TERM");
    let log = server.process.wait().1;
    let lines: Vec<&str> = log.lines().filter(|line| line.contains(&taken[0].id)).collect();
    for part in ["audit event=\"user_created\"", "webhook not delivered", "cause=\"500\""] {
        assert!(lines.iter().any(|line| line.contains(part)), "{part}: {log}");
    }
    assert!(!log.contains("canary-of-a-key") && !log.contains(&Receiver::secret()), "{log}");
}

#[tokio::test]
async fn failed_delivery_is_retried_after_growing_waits() {
    let receiver = Receiver::start().await;
    let ada = Person::ada();
    receiver.answer(&["500 Internal Server Error", "302 Found", "429 Too Many Requests"]);
    let server = receiver.configure(Launch::dev()).start().await;
    server.sign_up(&ada).await;
    for (attempt, (shortest, longest)) in (1..).zip([(4, 6), (12, 18), (36, 54)]) {
        receiver.wait_for(attempt).await;
        let line = settled_after(&server, attempt).await;
        let wait: u32 = line.rsplit_once("retry_after=").unwrap().1.parse().unwrap();
        assert!((shortest..=longest).contains(&wait), "{line}");
        server.advance(longest + 1).await;
    }
    let taken = receiver.wait_for(4).await;
    let same: Vec<_> = taken.iter().filter(|other| other.id == taken[0].id).collect();
    let answers: Vec<&str> = same.iter().map(|taken| &taken.status[..3]).collect();
    assert_eq!(answers, ["500", "302", "429", "204"]);
    assert!(
        same.windows(2).all(|pair| pair[0].timestamp < pair[1].timestamp && pair[0].body == pair[1].body)
    );
    server.database.eventually(DELIVERED, 1).await;
}

#[tokio::test]
async fn delivery_is_given_up_after_eleven_attempts_and_logged() {
    let receiver = Receiver::start().await;
    let ada = Person::ada();
    receiver.answer(&["503 Service Unavailable"; 11]);
    let mut server = receiver.configure(Launch::dev()).start().await;
    server.sign_up(&ada).await;
    for attempt in 1..=11 {
        receiver.wait_for(attempt).await;
        settled_after(&server, attempt).await;
        server.advance(7 * 3_u32.pow(attempt as u32 - 1)).await;
    }
    server.database.eventually(WAITING, 0).await;
    assert_eq!(server.database.number(DELIVERED).await, 0);
    server.sign_up(&Person::other(1)).await;
    assert_eq!(receiver.wait_for(12).await[11].status, "204 No Content");
    server.process.signal("TERM");
    let log = server.process.wait().1;
    let line = log.lines().find(|line| line.contains("webhook given up")).unwrap_or_else(|| panic!("{log}"));
    assert!(
        line.contains("ERROR") && line.contains("attempts=11") && line.contains("user_created"),
        "{line}"
    );
}

/// Waits for the log line about a failed attempt.
async fn settled_after(server: &Server, attempt: usize) -> String {
    let attempts = format!("attempts={attempt} ");
    let began = Instant::now();
    loop {
        let log = server.process.log();
        let mut lines = log.lines().filter(|line| line.contains("webhook ") && log.ends_with('\n'));
        if let Some(line) = lines.find(|line| line.contains(&attempts)) {
            return line.to_owned();
        }
        assert!(began.elapsed() < Duration::from_secs(30), "{log}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn status_410_ends_the_retries() {
    let receiver = Receiver::start().await;
    receiver.answer(&["410 Gone"]);
    let server = receiver.configure(Launch::dev()).start().await;
    server.sign_up(&Person::ada()).await;
    server.database.eventually("SELECT count(*) FROM webhook_outbox WHERE due_at IS NULL", 1).await;
    assert_eq!(server.database.number(DELIVERED).await, 0);
}

#[tokio::test]
async fn hanging_delivery_delays_no_request() {
    let receiver = Receiver::start().await;
    let ada = Person::ada();
    receiver.answer(&["hang"]);
    let server = receiver.configure(Launch::dev()).start().await;
    server.sign_up(&ada).await;
    receiver.wait_for(1).await;
    let began = Instant::now();
    server.another_session(&ada).await;
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
    // The others follow after its timeout, and it is retried later.
    receiver.wait_for(4).await;
    assert!(
        began.elapsed() >= Duration::from_secs(8),
        "the first attempt timed out after only {:?}",
        began.elapsed()
    );
    settled_after(&server, 1).await;
    server.advance(6).await;
    let taken = receiver.wait_for(5).await;
    assert_eq!(taken.iter().filter(|other| other.id == taken[0].id).count(), 2);
}

#[tokio::test]
async fn configuration_chooses_the_events() {
    let some = Receiver::start().await;
    let none = Receiver::start().await;
    let launch =
        Launch::dev().variable("COUNTERSIGN__WEBHOOKS__EVENTS", "session_renewed, authn_login_success");
    let chosen = some.configure(launch).start().await;
    let nowhere = none.configure(Launch::dev()).variable("COUNTERSIGN__WEBHOOKS__URL", "");
    let off = nowhere.variable("COUNTERSIGN__WEBHOOKS__SECRET", "").start().await;
    for server in [&chosen, &off] {
        let body = json!({ "refresh_token": server.full_access(&Person::ada()).await.refresh_token });
        server.guest().refresh_with(body).await.expect(200);
    }
    assert_eq!(events(&some.wait_for(2).await), BTreeSet::from(["session_renewed", "authn_login_success"]));
    assert_eq!(off.database.number("SELECT count(*) FROM webhook_outbox").await, 0);
    assert!(none.deliveries().is_empty());
}

#[test]
fn invalid_webhook_settings_are_rejected() {
    let directory = TempDir::new();
    let secret = Receiver::secret();
    let refuse = |url: &str, secret: &str, events: &str| {
        let mut variables = complete_with("COUNTERSIGN__WEBHOOKS__URL", url);
        variables
            .extend([("COUNTERSIGN__WEBHOOKS__SECRET", secret), ("COUNTERSIGN__WEBHOOKS__EVENTS", events)]);
        rejected_command(&directory, "serve", &variables)
    };
    assert!(refuse("http://example.com/canary", &secret, "").contains("loopback"));
    assert!(refuse("ftp://example.com/canary", &secret, "").contains("https"));
    for wrong in ["", "canary", "whsec_canary", &secret["whsec_".len()..]] {
        let message = refuse("https://example.com/canary", wrong, "");
        assert!(message.contains("webhooks.secret") && !message.contains("canary"), "{message}");
    }
    assert!(refuse("https://example.com", &secret, "user_born").contains("user_born"));
}

/// One of the last statements of a right code fails. No session begins, and no event is delivered.
#[tokio::test]
async fn rolled_back_event_is_not_delivered() {
    let receiver = Receiver::start().await;
    let ada = Person::ada();
    let server = receiver.configure(Launch::dev()).start().await;
    server.sign_up(&ada).await;
    let password_ok = server.log_in(&ada).await;
    server.database.execute(fail_refunds(&server)).await;
    password_ok.verify(&server.code(&ada.phone_number).await).await.expect_problem(503, "not_ready");
    let begun =
        "SELECT (SELECT count(*) FROM sessions) + (SELECT count(*) FROM activities WHERE kind = 'verified')";
    assert_eq!(server.database.number(begun).await, 0);
    let reported =
        "SELECT count(*) FROM webhook_outbox WHERE event IN ('authn_login_success', 'session_created')";
    assert_eq!(server.database.number(reported).await, 0);
}

/// Makes the database fail every refund of a limit.
fn fail_refunds(server: &Server) -> &'static str {
    if server.database.is_postgres() {
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS \
             'BEGIN RAISE EXCEPTION USING MESSAGE = ''deadlock detected''; END'; \
         CREATE TRIGGER refuse BEFORE UPDATE ON throttles FOR EACH ROW \
             WHEN (NEW.arrival < OLD.arrival) EXECUTE FUNCTION refuse()"
    } else {
        "CREATE TRIGGER refuse BEFORE UPDATE ON throttles WHEN NEW.arrival < OLD.arrival \
             BEGIN SELECT RAISE(ABORT, 'deadlock detected'); END"
    }
}

#[tokio::test]
async fn two_replicas_deliver_each_event_once() {
    let receiver = Receiver::start().await;
    let twilio = Twilio::start().await;
    let first = receiver.configure(twilio.launch()).start().await;
    let second = receiver.configure(twilio.launch()).database(&first.database).start().await;
    for number in 0..20 {
        let server = [&first, &second][number as usize % 2];
        server.sign_up(&Person::other(number)).await;
    }
    receiver.wait_for(20).await;
    first.database.eventually(DELIVERED, 20).await;
    let ids: BTreeSet<String> = receiver.deliveries().into_iter().map(|taken| taken.id).collect();
    assert_eq!((ids.len(), receiver.deliveries().len()), (20, 20));
}

/// The replica is killed after the commit and before or during the delivery. Another one delivers everything.
#[tokio::test]
async fn killed_replica_loses_no_event() {
    // Each replica has its own receiver: the first replica is killed before it reads the answers of the first
    // receiver.
    let silent = Receiver::start().await;
    let receiver = Receiver::start().await;
    let twilio = Twilio::start().await;
    silent.answer(&["hang"; 12]);
    let mut first = silent.configure(twilio.launch()).start().await;
    for number in 0..12 {
        first.sign_up(&Person::other(number)).await;
    }
    silent.wait_for(1).await;
    first.process.kill();
    let waiting = first.database.number(WAITING).await;
    assert_eq!(waiting, 12);
    // Its leases last a minute. End them instead of waiting.
    let over = if first.database.is_postgres() { "due_at - interval '61 s'" } else { "due_at - 61000000" };
    first.database.execute(&format!("UPDATE webhook_outbox SET due_at = {over}")).await;
    let second = receiver.configure(twilio.launch()).database(&first.database).start().await;
    second.database.eventually(DELIVERED, 12).await;
    let mut answers: BTreeMap<String, usize> = BTreeMap::new();
    for taken in receiver.deliveries().iter().filter(|taken| taken.status == "204 No Content") {
        *answers.entry(taken.id.clone()).or_default() += 1;
    }
    assert_eq!((answers.len(), answers.values().sum::<usize>()), (12, 12), "{answers:?}");
}
