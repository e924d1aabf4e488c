//! Passwords: which are rejected, how many characters count, and what a hash costs by default.

use std::collections::BTreeSet;

use serde_json::json;

use crate::harness::{Launch, Person, Server, documented_settings, variable};

/// Passwords that are in every list of leaked ones.
const COMMON: [&str; 30] = [
    "12345678",
    "123456789",
    "1234567890",
    "11111111",
    "00000000",
    "87654321",
    "12341234",
    "password",
    "password123",
    "passw0rd",
    "iloveyou",
    "princess",
    "sunshine",
    "football",
    "baseball",
    "superman",
    "trustno1",
    "starwars",
    "qwertyui",
    "qwerty123",
    "1q2w3e4r",
    "1qaz2wsx",
    "asdfghjkl",
    "zaq12wsx",
    "michelle",
    "jennifer",
    "computer",
    "whatever",
    "letmein1",
    "monkey123",
];

/// Threats: a40.
#[tokio::test]
async fn common_passwords_are_rejected() {
    let server = Server::dev().await;
    let sign_up = async |password: &str| {
        let mut body = Person::ada().sign_up_body();
        body["password"] = json!(password);
        server.guest().sign_up_with(body).await
    };
    for password in COMMON {
        let answer = sign_up(password).await.expect_problem(422, "validation_failed");
        assert_eq!(answer.body["errors"][0]["code"], "easily_guessed", "{password}");
    }
    sign_up("correct horse password battery").await.expect(201);
}

/// No character of a long password is cut off, not even the last (bcrypt stops at 72 bytes).
/// Threats: a36, b34.
#[tokio::test]
async fn every_character_of_a_long_password_counts() {
    let server = Server::dev().await;
    let longest = "quokka zither, ".repeat(9)[..128].to_owned();
    let same = "x".repeat(100) + "y";
    for (number, password) in [longest, format!("zebra umbrella {same}")].into_iter().enumerate() {
        let person = Person { password, ..Person::other(u32::try_from(number).unwrap()) };
        server.sign_up(&person).await;
        let (most, last) = person.password.split_at(person.password.len() - 1);
        for wrong in
            [most.to_owned(), format!("{most}#"), format!("{most}{last}{last}"), format!("{most}{last} ")]
        {
            let wrong = Person { password: wrong, ..person.clone() };
            server.guest().log_in(&wrong).await.expect_problem(401, "invalid_credentials");
        }
        let wrong = Person { password: person.password.to_uppercase(), ..person.clone() };
        server.guest().log_in(&wrong).await.expect_problem(401, "invalid_credentials");
        server.log_in(&person).await;
    }
}

/// The default is the first choice of OWASP for Argon2id, with a salt for each hash.
/// Threats: a42.
#[tokio::test]
async fn default_hash_uses_19_mib_and_two_passes() {
    let defaults =
        documented_settings("default.toml").into_iter().filter(|(section, ..)| section == "passwords");
    let launch = defaults.fold(Launch::serve("http://127.0.0.1:1"), |launch, (section, name, value)| {
        launch.variable(&variable(&section, &name), &value)
    });
    let server = launch.start().await;
    let password = "wobbly umbrella quartz".to_owned();
    let mut salts = BTreeSet::new();
    for number in 0..3 {
        let person = Person { password: password.clone(), ..Person::other(number) };
        server.sign_up(&person).await;
        let query = format!("SELECT password_hash FROM users WHERE username = '{}'", person.username);
        let hash = server.database.value(&query).await;
        let [_, kind, version, costs, salt, _] = hash.split('$').collect::<Vec<_>>().try_into().unwrap();
        assert_eq!((kind, version, costs), ("argon2id", "v=19", "m=19456,t=2,p=1"));
        // 16 bytes in base64.
        assert!(salt.len() >= 22 && salts.insert(salt.to_owned()), "{hash}");
    }
}
