//! People who sign up.

use serde_json::{Value, json};

/// A person with an email address, a username and a phone number.
#[derive(Clone)]
pub struct Person {
    pub name: String,
    pub username: String,
    pub email: String,
    pub phone_number: String,
    pub password: String,
}

impl Person {
    /// Ada, the person in most tests.
    pub fn ada() -> Self {
        Self {
            name: "Ada Lovelace".into(),
            username: "ada".into(),
            email: "ada@example.com".into(),
            phone_number: "+12015550123".into(),
            password: "correct horse battery staple".into(),
        }
    }

    /// One of a thousand others, each with unique values. `number` is 0 to 999.
    pub fn other(number: u32) -> Self {
        // Fictional numbers of real area codes. The sandbox gives endings below 40 no special meaning.
        let area = [202, 203, 205, 206, 207, 208, 209, 210, 212, 213, 214, 215, 216, 217, 218, 219];
        let block = number / 40;
        let index = number % 40;
        let area = area[(block % 16) as usize];
        let exchange = if block < 16 { "55501" } else { "55601" };
        Self {
            name: format!("Person {number}"),
            username: format!("person-{number}"),
            email: format!("person-{number}@example.com"),
            phone_number: format!("+1{area}{exchange}{index:02}"),
            password: format!("wobbly umbrella {number} quartz"),
        }
    }

    /// The same person with another password.
    pub fn with_password(&self, password: &str) -> Self {
        Self { password: password.into(), ..self.clone() }
    }

    /// The same person with another phone number.
    pub fn with_phone_number(&self, phone_number: &str) -> Self {
        Self { phone_number: phone_number.into(), ..self.clone() }
    }

    /// The same person with another email address.
    pub fn with_email(&self, email: &str) -> Self {
        Self { email: email.into(), ..self.clone() }
    }

    /// The body of a sign-up.
    pub fn sign_up_body(&self) -> Value {
        json!({
            "name": self.name,
            "username": self.username,
            "password": self.password,
            "phone_number": self.phone_number,
            "email": self.email,
        })
    }

    /// The body of a log-in.
    pub fn log_in_body(&self) -> Value {
        json!({ "email": self.email, "password": self.password })
    }
}
