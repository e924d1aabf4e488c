//! The person to create: the fields of the request, and invented values for the others.

use super::invented::{Invented, PASSWORD};
use super::stage::Stage;
use crate::auth::{Delivery, Invalid, InvalidKind, Policy, SignUp};
use crate::http::answer::problem::Problem;
use crate::http::request::body::{FromFields, ParseContext};
use crate::http::request::delivery::delivery;
use crate::http::request::fields::Fields;

/// A person to create.
pub(super) struct Person {
    pub(super) stage: Stage,
    pub(super) sign_up: SignUp,
    /// In plain text, because the response contains it.
    pub(super) password: String,
    pub(super) delivery: Delivery,
    /// Whether unique values were invented. If the user already exists, other values may help.
    pub(super) is_invented: bool,
}

impl Person {
    /// Reads a person and reports all errors at once, as sign-up does. If `stage` is `None`, reads it from
    /// the fields.
    pub(super) fn read(mut fields: Fields, stage: Option<Stage>, policy: &Policy) -> Result<Self, Problem> {
        let stage = match stage {
            Some(stage) => Some(stage),
            None => fields.required("stage", parse_stage),
        };
        let invented = Invented::new(&policy.regions);
        fields.fill("name", "Test User");
        let is_invented = [
            fields.fill("username", &invented.username),
            fields.fill("email", &invented.email),
            fields.fill("phone_number", &invented.phone_number),
        ]
        .contains(&true);
        fields.fill("password", PASSWORD);
        let password = fields.text("password").unwrap_or_default().to_owned();
        let context = ParseContext { policy, accept_language: None };
        let delivery = delivery(&mut fields, &context);
        let sign_up = SignUp::from_fields(&mut fields, &context);
        let person = stage.zip(sign_up).map(|(stage, sign_up)| Self {
            stage,
            sign_up,
            password,
            delivery,
            is_invented,
        });
        fields.finish(person)
    }
}

fn parse_stage(word: &str) -> Result<Stage, Invalid> {
    let names = Stage::ALL.map(Stage::as_str).join(", ");
    word.parse().map_err(|_| Invalid {
        kind: InvalidKind::NotAllowed,
        detail: format!("The stage must be one of: {names}.").into(),
    })
}
