//! Users that are there when `dev` is ready: `--fixtures FILE`.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::Stages;
use super::person::Person;
use super::stage::Stage;
use crate::auth::{Invalid, InvalidKind, Policy};
use crate::http::answer::error_code::ErrorCode;
use crate::http::answer::problem::Problem;
use crate::http::request::fields::Fields;

/// What a file says, checked whole.
pub struct Fixtures(Vec<Person>);

/// Everything that is wrong with the file, a line each.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct InvalidFixtures(Vec<String>);

impl Fixtures {
    /// Reads `{"users": [{"name", "username", "email", "phone_number", "password", "verified"?}, …]}`. Nothing is
    /// invented here but the name: a test must know whom it finds.
    ///
    /// # Errors
    /// All that is wrong, with the number of the user and the field.
    pub fn parse(file: Value, policy: &Policy) -> Result<Self, InvalidFixtures> {
        let users = match file {
            Value::Object(mut object) => match (object.remove("users"), object.keys().next()) {
                (Some(Value::Array(users)), None) => users,
                (_, Some(unknown)) => {
                    return Err(InvalidFixtures(vec![format!("there is no `{unknown}`, only `users`")]));
                }
                _ => return Err(InvalidFixtures(vec!["`users` must be a list".into()])),
            },
            _ => return Err(InvalidFixtures(vec!["`users` is missing".into()])),
        };
        let (mut people, mut wrong) = (Vec::new(), Vec::new());
        for (index, user) in users.into_iter().enumerate() {
            match person(user, policy) {
                Ok(person) => people.push(person),
                Err(problem) => {
                    let errors = problem.body.errors.unwrap_or_default();
                    wrong.extend(
                        errors
                            .iter()
                            .map(|error| format!("users/{index}{}: {}", error.pointer, error.detail)),
                    );
                }
            }
        }
        if wrong.is_empty() {
            wrong = twice(&people);
        }
        if wrong.is_empty() { Ok(Self(people)) } else { Err(InvalidFixtures(wrong)) }
    }
}

/// Whoever shares with somebody before them what is one person's own: of the two, one would not be there.
fn twice(people: &[Person]) -> Vec<String> {
    let mut seen = HashMap::new();
    let mut wrong = Vec::new();
    for (index, Person { sign_up, .. }) in people.iter().enumerate() {
        for (field, value) in [
            ("username", sign_up.username.as_str()),
            ("email", sign_up.email.as_str()),
            ("phone_number", sign_up.phone_number.as_str()),
        ] {
            // As the unique indexes see it.
            if let Some(first) = seen.insert((field, value.to_ascii_lowercase()), index) {
                wrong.push(format!("users/{index}/{field}: it is that of users/{first}"));
            }
        }
    }
    wrong
}

fn person(user: Value, policy: &Policy) -> Result<Person, Problem> {
    let object = match user {
        Value::Object(object) => object,
        _ => Map::new(),
    };
    let mut fields = Fields::from(with_verified_as_text(object));
    for required in ["username", "email", "phone_number", "password"] {
        if fields.text(required).is_none() {
            // Notes that it is missing or no text.
            fields.required(required, |text| Ok(text.to_owned()));
        }
    }
    let verified = fields.optional("verified", |word| match word {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(Invalid { kind: InvalidKind::NotAllowed, detail: "true or false".into() }),
    });
    let stage = if verified == Some(true) { Stage::Full } else { Stage::SignedUp };
    Person::read(fields, Some(stage), policy)
}

/// A person's fields are texts; this one is `true` or `false`.
fn with_verified_as_text(mut object: Map<String, Value>) -> Map<String, Value> {
    if let Some(verified) = object.get_mut("verified").filter(|verified| verified.is_boolean()) {
        *verified = verified.to_string().into();
    }
    object
}

impl Stages {
    /// Makes the users of a file. One who is there already, in a database that was kept, is left alone.
    ///
    /// # Errors
    /// What stood in the way of the first who could not be made.
    pub async fn load(&self, fixtures: Fixtures) -> Result<(), InvalidFixtures> {
        let (mut made, mut there) = (0, 0);
        for person in fixtures.0 {
            let email = person.sign_up.email.as_str().to_owned();
            match self.make(person).await {
                Ok(_) => made += 1,
                Err(problem) if problem.body.code == ErrorCode::UserExists => there += 1,
                Err(problem) => {
                    let (code, detail) = (problem.body.code.as_str(), &problem.body.detail);
                    return Err(InvalidFixtures(vec![format!("{email}: {code}: {detail}")]));
                }
            }
        }
        tracing::info!(made, there, "fixtures");
        Ok(())
    }
}
