//! The figures that are measured, and the target of each.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use argon2id_simd::Argon2id;
use countersign::config::Settings;
use tokio::runtime::Runtime;

use crate::load::{self, Round, Script};
use crate::measure::{Contender, Plan, take_turns};
use crate::report::{Bound, Report};
use crate::servers::{self, Api};
use crate::{Failure, alone, many_users, memory, person, round_trips, stand_in};

/// Concurrent log-ins per core: enough to keep every hashing thread busy, few enough for the queue.
const LOG_INS_PER_CORE: usize = 8;
/// Connections that request `me`. Each uses the session of a different user.
const CONNECTIONS: usize = 32;
/// Connections that log in at the same time.
const LOG_IN_CONNECTIONS: usize = 64;
/// The number of users per core that log in.
const USERS_PER_CORE: u32 = 2500;
/// How often each user logs in. Twilio sends at most five codes to a number in ten minutes.
const LAPS: usize = 4;
/// The users of a small deployment.
const FEW_USERS: u32 = 1000;
/// The users of a large deployment.
const MANY_USERS: u32 = 1_000_000;
/// How many log-ins wait while memory is measured.
const WAITING: u32 = 256;

/// What all measurements share.
struct Benchmark {
    folder: PathBuf,
    quick: bool,
    selected: Vec<String>,
    cores: usize,
    runtime: Runtime,
    twilio: SocketAddr,
    postgres: Option<String>,
    on_sqlite: Settings,
    sqlite: Api,
    log_in: Arc<Script>,
    report: Report,
}

/// Measures and prints the selected figures, or all figures if none is selected.
pub fn print(
    folder: &Path,
    postgres: Option<String>,
    quick: bool,
    selected: Vec<String>,
) -> Result<(), Failure> {
    let cores = available_parallelism()?.get();
    let twilio = stand_in::twilio()?;
    let on_sqlite = servers::settings(&format!("sqlite://{}/database", folder.display()), twilio, &[])?;
    let sqlite = servers::api(&on_sqlite)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let person = runtime.block_on(person::log_in(&sqlite, twilio))?;
    let users = USERS_PER_CORE.saturating_mul(u32::try_from(cores)?);
    let log_in = Script::new(sqlite.address, runtime.block_on(person.copies(&sqlite.db, users))?, LAPS);
    let report = Report::begin(cores, on_sqlite.hashing().parameters);
    let folder = folder.to_owned();
    let benchmark = Benchmark {
        folder,
        quick,
        selected,
        cores,
        runtime,
        twilio,
        postgres,
        on_sqlite,
        sqlite,
        log_in,
        report,
    };
    benchmark.measure("login", Benchmark::log_ins)?;
    benchmark.measure("me", Benchmark::me)?;
    benchmark.measure("beside", Benchmark::me_during_log_ins)?;
    benchmark.measure("verify", Benchmark::verify)?;
    benchmark.measure("users", Benchmark::many_users)?;
    benchmark.measure("memory", Benchmark::memory)?;
    benchmark.measure("replicas", Benchmark::replicas)?;
    benchmark.report.end(benchmark.postgres.is_some());
    Ok(())
}

impl Benchmark {
    fn measure(&self, name: &str, figure: fn(&Self) -> Result<(), Failure>) -> Result<(), Failure> {
        if !self.selected.is_empty() && !self.selected.iter().any(|selected| selected == name) {
            return Ok(());
        }
        figure(self).map_err(|failure| format!("{name}: {failure}").into())
    }

    fn plan(&self, rounds: usize, milliseconds: u64) -> Plan {
        if self.quick {
            return Plan { rounds: 3, length: Duration::from_millis(milliseconds / 3) };
        }
        Plan { rounds, length: Duration::from_millis(milliseconds) }
    }

    fn log_ins(&self) -> Result<(), Failure> {
        let connections = (LOG_INS_PER_CORE * self.cores).min(self.on_sqlite.passwords.queue);
        let parameters = self.on_sqlite.hashing().parameters;
        let cores = self.cores;
        let contenders = [
            Contender::new("the crate argon2 alone", |length| {
                alone::run(Argon2id::portable(), parameters, cores, length)
            }),
            Contender::new("Argon2id as here, alone", |length| {
                alone::run(Argon2id::fastest(), parameters, cores, length)
            }),
            Contender::under_load("POST /v1/users/login, SQLite", &self.log_in, connections, cores),
        ];
        self.report.rates(&take_turns(&contenders, self.plan(7, 3000))?, &[None, Some(0.95)]);
        Ok(())
    }

    fn me(&self) -> Result<(), Failure> {
        let bare = endless(
            servers::bare(self.cores)?,
            vec![b"GET /bare HTTP/1.1\r\nHost: localhost\r\n\r\n".to_vec()],
        );
        let on_sqlite = endless(self.sqlite.address, self.me_requests(&self.sqlite)?);
        let on_postgres = match &self.postgres {
            Some(url) => {
                let api = self.on_postgres(url, &[])?;
                Some(endless(api.address, self.me_requests(&api)?))
            }
            None => None,
        };
        let under_load = |name, script| Contender::under_load(name, script, CONNECTIONS, self.cores);
        let mut contenders = vec![
            under_load("bare actix-web JSON route", &bare),
            under_load("GET /v1/users/me, SQLite", &on_sqlite),
        ];
        contenders
            .extend(on_postgres.iter().map(|script| under_load("GET /v1/users/me, PostgreSQL", script)));
        self.report.rates(&take_turns(&contenders, self.plan(11, 1000))?, &[Some(0.45), Some(0.4)]);
        Ok(())
    }

    fn me_during_log_ins(&self) -> Result<(), Failure> {
        let me = endless(self.sqlite.address, self.me_requests(&self.sqlite)?);
        let request_me = |length| load::run(&me, CONNECTIONS, self.cores, length);
        let contenders = [
            Contender::new("alone", request_me),
            Contender::new("beside log-ins", |length| {
                let log_in = self.log_in.clone();
                // The log-ins must continue until the end of the round.
                let longer = length + Duration::from_millis(200);
                let log_ins = std::thread::spawn(move || load::run(&log_in, LOG_IN_CONNECTIONS, 1, longer));
                let round = request_me(length);
                log_ins.join().map_err(|_| "the log-ins panicked")??;
                round
            }),
        ];
        let rounds = take_turns(&contenders, self.plan(5, 2000))?;
        let p99 = |index: usize| {
            let rounds: &[Round] = rounds.get(index).map_or(&[], |(_, rounds)| rounds);
            rounds
                .iter()
                .map(|round| round.p99.map_or(f64::NAN, |p99| p99.as_secs_f64() * 1e3))
                .collect::<Vec<_>>()
        };
        let alone = p99(0);
        let beside = p99(1);
        let ratios = beside.iter().zip(&alone).map(|(beside, alone)| beside / alone).collect();
        self.report.figure("p99 of me, SQLite, ms", alone, None);
        self.report.figure("beside 64 that log in, ms", beside, None);
        self.report.figure("their ratio", ratios, Some(Bound::AtMost(5.0)));
        Ok(())
    }

    fn verify(&self) -> Result<(), Failure> {
        let Some(url) = &self.postgres else { return Ok(()) };
        let samples = if self.quick { 3 } else { 11 };
        let trips = self.runtime.block_on(round_trips::of_verify(url, self.twilio, samples))?;
        // 4.2 allows four round trips and the inaccuracy of the measurement.
        self.report.figure("round trips of a right code", trips, Some(Bound::AtMost(4.2)));
        Ok(())
    }

    fn many_users(&self) -> Result<(), Failure> {
        let with_users = |count| -> Result<Arc<Script>, Failure> {
            let path = self.folder.join(format!("users-{count}"));
            let settings = servers::settings(&format!("sqlite://{}", path.display()), self.twilio, &[])?;
            let api = servers::api(&settings)?;
            self.runtime.block_on(person::log_in(&api, self.twilio))?;
            many_users::fill(&path, count)?;
            // Spread over all users, so that the log-ins read many pages of the database.
            let step = usize::try_from((count / FEW_USERS).max(1))?;
            let requests = (0..count).step_by(step).map(person::log_in_request).collect();
            Ok(Script::new(api.address, requests, LAPS))
        };
        let many = if self.quick { MANY_USERS / 10 } else { MANY_USERS };
        let few = with_users(FEW_USERS)?;
        let many = with_users(many)?;
        let contenders = [
            Contender::under_load("few users", &few, 1, 1),
            Contender::under_load("many users", &many, 1, 1),
        ];
        let rounds = take_turns(&contenders, self.plan(7, 1500))?;
        let latency = |index: usize| {
            let rounds: &[Round] = rounds.get(index).map_or(&[], |(_, rounds)| rounds);
            rounds.iter().map(|round| 1e3 / round.per_second).collect::<Vec<_>>()
        };
        let few = latency(0);
        let many = latency(1);
        let ratios = many.iter().zip(&few).map(|(many, few)| many / few).collect();
        self.report.figure("log-in, 1,000 users, ms", few, None);
        self.report.figure("log-in, 1,000,000 users, ms", many, None);
        self.report.figure("their ratio", ratios, Some(Bound::AtMost(1.1)));
        Ok(())
    }

    fn memory(&self) -> Result<(), Failure> {
        let length = self.plan(1, 3000).length;
        let peak = memory::of_waiting_log_ins(&self.folder, self.twilio, WAITING, length)?;
        self.report.figure("MiB while 256 log-ins wait", vec![peak], Some(Bound::AtMost(120.0)));
        Ok(())
    }

    fn replicas(&self) -> Result<(), Failure> {
        let Some(url) = &self.postgres else { return Ok(()) };
        let one = self.on_postgres(url, &[])?;
        let half = (self.cores / 2).max(1).to_string();
        let half = [("server.workers", half.as_str())];
        let first = self.on_postgres(url, &half)?;
        let second = self.on_postgres(url, &half)?;
        let requests = self.me_requests(&one)?;
        let one = endless(one.address, requests.clone());
        let two = Script::shared(vec![first.address, second.address], requests, usize::MAX);
        let contenders = [
            Contender::under_load("me on one, PostgreSQL", &one, CONNECTIONS, self.cores),
            Contender::under_load("me on two replicas", &two, CONNECTIONS, self.cores),
        ];
        self.report.rates(&take_turns(&contenders, self.plan(11, 1000))?, &[Some(0.95)]);
        Ok(())
    }

    fn on_postgres(&self, url: &str, others: &[(&'static str, &str)]) -> Result<Api, Failure> {
        servers::api(&servers::settings(url, self.twilio, others)?)
    }

    /// Returns a request of `me` for each connection, each by a user who has logged in.
    fn me_requests(&self, api: &Api) -> Result<Vec<Vec<u8>>, Failure> {
        let log_in = || self.runtime.block_on(person::log_in(api, self.twilio));
        (0..CONNECTIONS).map(|_| Ok(log_in()?.me_request())).collect()
    }
}

fn endless(address: SocketAddr, requests: Vec<Vec<u8>>) -> Arc<Script> {
    Script::new(address, requests, usize::MAX)
}
