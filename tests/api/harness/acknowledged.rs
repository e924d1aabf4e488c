//! What a server has acknowledged to a client while it may stop at any moment, and whether it still knows it:
//! sign-ups, sessions, refreshed tokens, log-outs, new passwords, and wrong codes.

use std::sync::atomic::{AtomicU32, Ordering};

use reqwest::Method;
use serde_json::{Value, json};

use super::{Answer, Person, Server, wrong_code};

/// Hands out each person once.
#[derive(Default)]
pub struct People(AtomicU32);

/// The number of people.
const MOST_PEOPLE: u32 = 1000;

impl People {
    pub fn next(&self) -> Person {
        let number = self.0.fetch_add(1, Ordering::SeqCst);
        assert!(number < MOST_PEOPLE, "too many rounds: there are only {MOST_PEOPLE} people");
        Person::other(number)
    }
}

/// What one person has done, as far as the server has acknowledged it.
pub struct Acknowledged {
    pub person: Person,
    signed_up: bool,
    /// A new password whose change got no answer. It may count or not.
    maybe_password: Option<String>,
    /// Log-ins that were sent. Each causes one message at most.
    log_ins: usize,
    open: Option<Session>,
    ended: Option<Session>,
    /// A password-ok token, and the checks that were left after the last wrong code.
    guessed: Option<(String, i64)>,
}

struct Session {
    access: String,
    refresh: String,
}

/// The request got no answer or a 503.
struct Unconfirmed;

impl Acknowledged {
    pub fn of(person: Person) -> Self {
        Self {
            person,
            signed_up: false,
            maybe_password: None,
            log_ins: 0,
            open: None,
            ended: None,
            guessed: None,
        }
    }

    /// Runs the flow until it is done or an answer is missing. Passes every answer to `on_answer`.
    pub async fn run_flow(&mut self, server: &Server, on_answer: &impl Fn(Option<&Answer>)) {
        let _ = self.steps(server, on_answer).await;
    }

    async fn steps(
        &mut self,
        server: &Server,
        on_answer: &impl Fn(Option<&Answer>),
    ) -> Result<(), Unconfirmed> {
        let ask = async |method: Method, path: &str, token: &str, body: Value, status: u16| {
            let request = server.request(method, path).json(&body);
            let request = if token.is_empty() { request } else { request.bearer_auth(token) };
            let answer = server.attempt(request).await;
            on_answer(answer.as_ref());
            let answer = answer.ok_or(Unconfirmed)?;
            if answer.status == 503 { Err(Unconfirmed) } else { Ok(answer.expect(status)) }
        };
        let post = async |path: &str, token: &str, body: Value, status: u16| {
            ask(Method::POST, path, token, body, status).await
        };
        let new_session = async |person: &Person, log_ins: &mut usize| {
            *log_ins += 1;
            let logged_in = post("/v1/users/login", "", person.log_in_body(), 200).await?;
            let token = logged_in.text_of("password_ok_token");
            let code = server.code(&person.phone_number).await;
            let tokens = post("/v1/users/verify", &token, json!({ "code": code }), 200).await?;
            Ok::<_, Unconfirmed>(Session::of(&tokens))
        };

        post("/v1/users/signup", "", self.person.sign_up_body(), 201).await?;
        self.signed_up = true;

        let first = new_session(&self.person, &mut self.log_ins).await?;
        let refresh = json!({ "refresh_token": first.refresh });
        self.open = Some(first);
        let tokens = post("/v1/users/refresh", "", refresh, 200).await?;
        let own = self.open.insert(Session::of(&tokens)).access.clone();

        let new = format!("{} {}", self.person.password, self.log_ins);
        let change = json!({ "current_password": self.person.password, "new_password": new });
        self.maybe_password = Some(new);
        ask(Method::PUT, "/v1/users/me/password", &own, change, 204).await?;
        self.person.password = self.maybe_password.take().unwrap();

        let second = new_session(&self.person, &mut self.log_ins).await?;
        post("/v1/users/logout", &second.access, json!({}), 204).await?;
        self.ended = Some(second);

        self.log_ins += 1;
        let logged_in = post("/v1/users/login", "", self.person.log_in_body(), 200).await?;
        let token = logged_in.text_of("password_ok_token");
        let wrong = wrong_code(&server.code(&self.person.phone_number).await);
        for _ in 0..2 {
            let answer = post("/v1/users/verify", &token, json!({ "code": wrong }), 422).await?;
            let left = answer.body["attempts_left"].as_i64().unwrap();
            self.guessed = Some((token.clone(), left));
        }
        Ok(())
    }

    /// Checks whether the server, perhaps another one by now, still knows everything. Returns the number of
    /// facts.
    pub async fn check(&self, server: &Server) -> usize {
        let about = &self.person.username;
        let mut kept = 0;
        if !self.signed_up {
            return kept;
        }
        let digits = &self.person.phone_number;
        assert!(
            server.twilio_requests("start", digits).await <= self.log_ins,
            "{about}: a code was sent twice"
        );
        if let Some((token, left)) = &self.guessed {
            let wrong = wrong_code(&server.code(&self.person.phone_number).await);
            let answer =
                server.with_password_ok(token).verify(&wrong).await.expect_problem(422, "incorrect_code");
            let now = answer.body["attempts_left"].as_i64().unwrap();
            assert!(now < *left, "{about}: a wrong code was forgotten: {left} left, then {now}");
            kept += 1;
        }
        if let Some(session) = &self.open {
            server.with_access(&session.access).me().await.expect(200);
            let tokens = server.guest().refresh(&session.refresh).await.expect(200);
            server.session_of(&tokens).me().await.expect(200);
            kept += 2;
        }
        if let Some(session) = &self.ended {
            let answer = server.with_access(&session.access).me().await.expect_problem(401, "invalid_token");
            assert_eq!(answer.body["reason"], "logged_out", "{about}");
            let refused = server.guest().refresh(&session.refresh).await;
            refused.expect_problem(401, "invalid_refresh_token");
            kept += 1;
        }
        self.check_log_in(server).await;
        kept + 1
    }

    /// Checks that the person can log in with the last acknowledged password, or with the one whose change
    /// got no answer.
    pub async fn check_log_in(&self, server: &Server) {
        if !self.signed_up {
            return;
        }
        let known = server.guest().log_in(&self.person).await;
        match &self.maybe_password {
            Some(new) if known.status == 401 => {
                let changed = Person { password: new.clone(), ..self.person.clone() };
                server.guest().log_in(&changed).await.expect(200);
            }
            _ => drop(known.expect(200)),
        }
    }
}

impl Session {
    fn of(tokens: &Answer) -> Self {
        Self { access: tokens.text_of("access_token"), refresh: tokens.text_of("refresh_token") }
    }
}
