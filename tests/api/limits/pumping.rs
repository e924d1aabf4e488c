//! Toll fraud: a simulated pumping attack.

use reqwest::Method;
use serde_json::Value;

use crate::harness::{Launch, Person, Server};

/// An attacker who signs up with a number of a rented range, from one of five hundred addresses.
struct Pump {
    number: u32,
}

/// Rented ranges: a hundred thousand numbers each, in two regions of one country code.
const RENTED: [&str; 2] = ["+4479111", "+4474001"];
/// Blocks of ordinary numbers in the same two regions.
const ORDINARY: [&str; 8] =
    ["+44778112", "+44778134", "+44774012", "+44750012", "+44771234", "+44785012", "+44797312", "+44740112"];

impl Pump {
    fn address(&self) -> String {
        let address = self.number % 500;
        format!("198.{}.{}.7", 18 + address / 250, address % 250)
    }

    fn person(&self) -> Person {
        let Self { number } = *self;
        // The numbers are spread over the whole range.
        let suffix = (u64::from(number) * 39_119) % 100_000;
        Person {
            name: "Pump".into(),
            username: format!("pump-{number}"),
            email: format!("pump-{number}@example.net"),
            phone_number: format!("{}{suffix:05}", RENTED[number as usize % 2]),
            password: "wobbly umbrella quartz 17".into(),
        }
    }

    /// Signs up and logs in, and never verifies. Returns both statuses.
    async fn run(self, server: &Server) -> (u16, u16) {
        let person = self.person();
        let address = self.address();
        // Checking twenty thousand answers against the OpenAPI document would take too long.
        let post = async |path: &str, body: Value| {
            loop {
                let request =
                    server.request(Method::POST, path).header("x-forwarded-for", &address).json(&body);
                let response = request.send().await.unwrap();
                let status = response.status().as_u16();
                response.bytes().await.unwrap();
                // An attacker retries if the server is busy.
                if status != 503 {
                    return status;
                }
            }
        };
        (
            post("/v1/users/signup", person.sign_up_body()).await,
            post("/v1/users/login", person.log_in_body()).await,
        )
    }
}

/// An ordinary new user at home.
async fn newcomer(server: &Server, number: u32) {
    let block = ORDINARY[number as usize % ORDINARY.len()];
    let address = format!("203.0.{}.9", number % 250);
    let person = Person {
        username: format!("newcomer-{number}"),
        email: format!("newcomer-{number}@example.com"),
        phone_number: format!("{block}{:04}", 1000 + number),
        ..Person::other(number % 1000)
    };
    server.guest().at(&address).sign_up(&person).await.expect(201);
    let answer = server.guest().at(&address).log_in(&person).await.expect(200);
    let code = server.code(&person.phone_number).await;
    server.password_ok_of(&answer).at(&address).verify(&code).await.expect(200);
}

/// How many codes to numbers of these ranges Twilio was asked for.
async fn sent_to(server: &Server, ranges: &[&str]) -> usize {
    let journal = server.sandbox_get("/sandbox/requests?operation=start&limit=1000").await;
    let requests = journal["requests"].as_array().unwrap().clone();
    let goes_there =
        |request: &&Value| ranges.iter().any(|range| request["to"].as_str().unwrap().starts_with(range));
    requests.iter().filter(goes_there).count()
}

fn strict() -> Launch {
    Launch::dev()
        .argument("--strict-limits")
        .behind_a_proxy()
        .variable("COUNTERSIGN__PASSWORDS__MEMORY_KIB", "64")
        .variable("COUNTERSIGN__PASSWORDS__QUEUE", "1000")
}

/// Runs a thousand sign-ups and log-ins, or as many as `PUMPING_SIGN_UPS` says (`.ci/run`: ten thousand).
/// Threats: a34, b30.
#[tokio::test]
async fn a_pumping_attack_costs_little_and_newcomers_get_codes() {
    let attack: u32 = std::env::var("PUMPING_SIGN_UPS").map_or(1000, |number| number.parse().unwrap());
    let server = strict().start().await;
    // An old user whose number is in a rented range.
    let resident = Person { phone_number: format!("{}12345", RENTED[0]), ..Person::ada() };
    server.full_access(&resident).await;
    let mut signed_up = 0;
    let mut newcomers = 0;
    let numbers: Vec<u32> = (0..attack).collect();
    for (wave, numbers) in numbers.chunks(50).enumerate() {
        let pumps = numbers.iter().map(|number| Pump { number: *number }.run(&server));
        for (sign_up, log_in) in futures_util::future::join_all(pumps).await {
            signed_up += u32::from(sign_up == 201);
            // The code was sent or the log-in was limited. Without a sign-up the log-in fails.
            assert!([200, 429, 401].contains(&log_in), "{log_in}");
        }
        if wave % 4 == 0 {
            newcomer(&server, newcomers).await;
            newcomers += 1;
        }
    }
    server.log_in(&resident).await;
    let pumped = sent_to(&server, &RENTED).await - 2;
    let ordinary = sent_to(&server, &ORDINARY).await;
    println!("{signed_up} pumps of {attack} signed up: {pumped} messages; {newcomers} newcomers: {ordinary}");
    assert_eq!(signed_up, attack, "sign-ups must reach the conversion limits");
    assert!((10..=60).contains(&pumped), "{pumped} messages");
    assert_eq!(ordinary, newcomers as usize);
}

/// Control: without conversion limits, each log-in of the attack costs a message.
#[tokio::test]
async fn same_attack_without_limits_costs_a_message_per_log_in() {
    let unwatched = ["BLOCK", "RANGE", "COUNTRY"]
        .map(|extent| format!("COUNTERSIGN__LIMITS__UNVERIFIED_CODES_PER_{extent}"));
    let server = unwatched.iter().fold(strict(), |launch, limit| launch.variable(limit, "0")).start().await;
    for first in (0..200).step_by(50) {
        let pumps = (first..first + 50).map(|number| Pump { number }.run(&server));
        let answers = futures_util::future::join_all(pumps).await;
        assert!(answers.iter().all(|answers| *answers == (201, 200)), "{answers:?}");
    }
    assert_eq!(sent_to(&server, &RENTED).await, 200);
}
