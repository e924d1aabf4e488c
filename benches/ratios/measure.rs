//! What is measured against what, for how long, and in which order.

use std::path::Path;
use std::thread::available_parallelism;
use std::time::Duration;

use crate::load::{self, Round, Script};
use crate::report::Report;
use crate::{Failure, alone, person, servers};

/// Log-ins at a time, per core: enough that a hash always waits for a thread, and few enough for the queue.
const LOG_INS_PER_CORE: usize = 8;
/// Connections that ask who they are.
const CONNECTIONS: usize = 32;
/// Users to log in, per core, and times that each of them may: Twilio sends a code to a number five times in
/// ten minutes.
const USERS_PER_CORE: u32 = 1500;
const LAPS: usize = 4;
/// Before the rounds that count: connections to the databases, caches, the processor's clock.
const WARM_UP: Duration = Duration::from_millis(300);

/// The least ratio that will do, as the project has set itself.
const LOG_IN_TARGET: f64 = 0.9;
const ME_TARGET: f64 = 0.25;

/// Rounds, and how long one is.
#[derive(Clone, Copy)]
struct Plan {
    rounds: usize,
    length: Duration,
}

/// Something that is measured.
struct Contender<'a> {
    name: &'static str,
    run: Box<dyn Fn(Duration) -> Result<Round, Failure> + 'a>,
}

/// Measures everything and prints it.
pub fn everything(folder: &Path, postgres: Option<String>, quick: bool) -> Result<(), Failure> {
    let plan = |rounds, milliseconds| Plan { rounds, length: Duration::from_millis(milliseconds) };
    let (log_ins, me) = match quick {
        true => (plan(3, 1000), plan(3, 400)),
        false => (plan(5, 3000), plan(11, 1000)),
    };
    let cores = available_parallelism()?.get();
    let sandbox = servers::sandbox()?;
    let bare = servers::bare(cores)?;
    let on_sqlite = servers::settings(&format!("sqlite://{}/database", folder.display()), sandbox)?;
    let sqlite = servers::api(&on_sqlite)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;

    let ada = runtime.block_on(person::log_in(&sqlite, sandbox))?;
    let users = USERS_PER_CORE.saturating_mul(u32::try_from(cores)?);
    let log_in = Script::new(sqlite.address, runtime.block_on(ada.copies(&sqlite.db, users))?, LAPS);
    let at_a_time = (LOG_INS_PER_CORE * cores).min(on_sqlite.passwords.queue);
    let parameters = on_sqlite.hashing().parameters;

    let endless = |address, request| Script::new(address, vec![request], usize::MAX);
    let bare = endless(bare, b"GET /bare HTTP/1.1\r\nHost: localhost\r\n\r\n".to_vec());
    let me_on_sqlite = endless(sqlite.address, ada.who_am_i());
    let me_on_postgres = match postgres {
        Some(url) => {
            let api = servers::api(&servers::settings(&url, sandbox)?)?;
            let person = runtime.block_on(person::log_in(&api, sandbox))?;
            Some(endless(api.address, person.who_am_i()))
        }
        None => None,
    };

    let report = Report::begin(cores, parameters);
    let alone =
        Contender { name: "argon2id alone", run: Box::new(|length| alone::run(parameters, cores, length)) };
    let rounds =
        take_turns(&[alone, under_load("POST /v1/users/login, SQLite", &log_in, at_a_time, cores)], log_ins)?;
    report.print(&rounds, LOG_IN_TARGET);

    let mut contenders = vec![
        under_load("bare actix-web JSON route", &bare, CONNECTIONS, cores),
        under_load("GET /v1/users/me, SQLite", &me_on_sqlite, CONNECTIONS, cores),
    ];
    contenders.extend(
        me_on_postgres
            .iter()
            .map(|script| under_load("GET /v1/users/me, PostgreSQL", script, CONNECTIONS, cores)),
    );
    report.print(&take_turns(&contenders, me)?, ME_TARGET);
    report.end(me_on_postgres.is_some());
    Ok(())
}

fn under_load<'a>(
    name: &'static str,
    script: &'a std::sync::Arc<Script>,
    connections: usize,
    threads: usize,
) -> Contender<'a> {
    Contender { name, run: Box::new(move |length| load::run(script, connections, threads, length)) }
}

/// Runs each contender once a round; every other round backwards, so that a machine that gets faster or
/// slower favours nobody. The rounds of each, the first of which is what the others are compared with.
fn take_turns(contenders: &[Contender<'_>], plan: Plan) -> Result<Vec<(&'static str, Vec<Round>)>, Failure> {
    let mut rounds = Vec::new();
    for contender in contenders {
        (contender.run)(WARM_UP)?;
        rounds.push((contender.name, Vec::new()));
    }
    for number in 0..plan.rounds {
        let mut turns: Vec<_> = contenders.iter().zip(&mut rounds).collect();
        if number % 2 == 1 {
            turns.reverse();
        }
        for (contender, (_, rounds)) in turns {
            rounds.push((contender.run)(plan.length)?);
        }
    }
    Ok(rounds)
}
