//! Users that exist when `dev` is ready: `--fixtures FILE`.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::Stages;
use super::person::Person;
use super::stage::Stage;
use crate::auth::{Invalid, InvalidKind, Policy};
use crate::http::answer::error_code::ErrorCode;
use crate::http::answer::problem::Problem;
use crate::http::request::fields::Fields;

/// The users of a file, checked completely.
pub struct Fixtures(Vec<Person>);

/// Everything that is wrong with the file, one line each.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct InvalidFixtures(Vec<String>);

impl Fixtures {
    /// Parses `{"users": [{"name"?, "username", "email", "phone_number", "password", "verified"?}, …]}`. Only
    /// the name is invented if it is missing, because a test must know the users that it finds.
    ///
    /// # Errors
    /// Everything that is wrong, with the index of the user and the field.
    pub fn parse(file: Value, policy: &Policy) -> Result<Self, InvalidFixtures> {
        let users = match file {
            Value::Object(mut object) => match (object.remove("users"), object.keys().next()) {
                (Some(Value::Array(users)), None) => users,
                (_, Some(unknown)) => {
                    return Err(InvalidFixtures(vec![format!(
                        "`{unknown}` is unknown. Only `users` is allowed."
                    )]));
                }
                _ => return Err(InvalidFixtures(vec!["`users` must be a list.".into()])),
            },
            _ => return Err(InvalidFixtures(vec!["`users` is missing.".into()])),
        };
        let mut people = Vec::new();
        let mut errors = Vec::new();
        for (index, user) in users.into_iter().enumerate() {
            match person(user, policy) {
                Ok(person) => people.push(person),
                Err(problem) => {
                    let invalid_fields = problem.body.errors.unwrap_or_default();
                    errors.extend(
                        invalid_fields
                            .iter()
                            .map(|error| format!("users/{index}{}: {}", error.pointer, error.detail)),
                    );
                }
            }
        }
        if errors.is_empty() {
            errors = duplicates(&people);
        }
        if errors.is_empty() { Ok(Self(people)) } else { Err(InvalidFixtures(errors)) }
    }
}

/// Finds users who share a unique value with an earlier one. Only one of the two could be created.
fn duplicates(people: &[Person]) -> Vec<String> {
    let mut seen = HashMap::new();
    let mut errors = Vec::new();
    for (index, Person { sign_up, .. }) in people.iter().enumerate() {
        for (field, value) in [
            ("username", sign_up.username.as_str()),
            ("email", sign_up.email.as_str()),
            ("phone_number", sign_up.phone_number.as_str()),
        ] {
            // The unique indexes ignore case.
            if let Some(first) = seen.insert((field, value.to_ascii_lowercase()), index) {
                errors.push(format!(
                    "users/{index}/{field}: users/{first} has the same value. Change one of them."
                ));
            }
        }
    }
    errors
}

fn person(user: Value, policy: &Policy) -> Result<Person, Problem> {
    let object = match user {
        Value::Object(object) => object,
        _ => Map::new(),
    };
    let mut fields = Fields::from(with_verified_as_text(object));
    for required in ["username", "email", "phone_number", "password"] {
        if fields.text(required).is_none() {
            // Notes that the field is missing or not a string.
            fields.required(required, |text| Ok(text.to_owned()));
        }
    }
    let verified = fields.optional("verified", |word| match word {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => {
            Err(Invalid { kind: InvalidKind::NotAllowed, detail: "The value must be true or false.".into() })
        }
    });
    let stage = if verified == Some(true) { Stage::Full } else { Stage::SignedUp };
    Person::read(fields, Some(stage), policy)
}

/// Turns the boolean `verified` into a string, because `Fields` takes strings.
fn with_verified_as_text(mut object: Map<String, Value>) -> Map<String, Value> {
    if let Some(verified) = object.get_mut("verified").filter(|verified| verified.is_boolean()) {
        *verified = verified.to_string().into();
    }
    object
}

impl Stages {
    /// Creates the users of a file. Skips users who already exist in the database.
    ///
    /// # Errors
    /// The error of the first user who cannot be created.
    pub async fn load(&self, fixtures: Fixtures) -> Result<(), InvalidFixtures> {
        let mut created = 0;
        let mut existing = 0;
        for person in fixtures.0 {
            let email = person.sign_up.email.as_str().to_owned();
            match self.create(person).await {
                Ok(_) => created += 1,
                Err(problem) if problem.body.code == ErrorCode::UserExists => existing += 1,
                Err(problem) => {
                    let code = problem.body.code.as_str();
                    let detail = &problem.body.detail;
                    return Err(InvalidFixtures(vec![format!("{email}: {code}: {detail}")]));
                }
            }
        }
        tracing::info!(made = created, there = existing, "loaded fixtures");
        Ok(())
    }
}
