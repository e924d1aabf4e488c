//! A PostgreSQL server that a test can stop and start.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::harness::TempDir;

/// A running server that stops with the test.
pub struct PostgresServer {
    programs: PathBuf,
    port: u16,
    directory: TempDir,
}

/// How PostgreSQL is stopped (<https://www.postgresql.org/docs/current/app-pg-ctl.html>).
#[derive(Clone, Copy, Debug)]
pub enum Shutdown {
    /// Rolls back transactions and ends connections.
    Fast,
    /// Stops like a crash: PostgreSQL recovers from its log at the next start.
    Immediate,
}

impl PostgresServer {
    /// Creates a database cluster and starts a server. Prints a notice and returns `None` if PostgreSQL's
    /// programs are missing. `TEST_POSTGRES_BIN` names their folder, and then they must exist. The default is
    /// Debian's folder.
    #[allow(clippy::print_stderr, reason = "a test that is skipped must be seen to be")]
    pub fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            eprintln!(
                "skipped: PostgreSQL's initdb and pg_ctl are not here; TEST_POSTGRES_BIN names their folder"
            );
            return None;
        };
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = Self { programs, port, directory: TempDir::new() };
        let data = server.data();
        std::fs::create_dir(&data).unwrap();
        if is_root() {
            // PostgreSQL does not run as root.
            assert!(Command::new("chown").arg("postgres").arg(&data).status().unwrap().success());
        }
        let cluster = ["--username", "postgres", "--auth", "trust", "--encoding", "UTF8", "--locale", "C"];
        server.run("initdb", &[&cluster[..], &["--no-sync"]].concat());
        drop(listener);
        server.begin();
        Some(server)
    }

    /// The URL of the default database.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Stops the server and waits for its end.
    pub fn stop(&self, shutdown: Shutdown) {
        let mode = match shutdown {
            Shutdown::Fast => "fast",
            Shutdown::Immediate => "immediate",
        };
        self.run("pg_ctl", &["stop", "--wait", "--mode", mode]);
    }

    /// Starts the server and waits until it answers.
    pub fn begin(&self) {
        // The process restarts, not the machine, so no fsync is needed. Commits are as by default.
        let options = format!(
            "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=60 -c fsync=off",
            self.port
        );
        let log = self.data().join("log");
        self.run("pg_ctl", &["start", "--wait", "--log", log.to_str().unwrap(), "--options", &options]);
    }

    fn data(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    /// Runs one of PostgreSQL's programs as a user that it accepts.
    fn run(&self, program: &str, arguments: &[&str]) {
        let program = self.programs.join(program);
        let mut command = if is_root() { Command::new("runuser") } else { Command::new(&program) };
        if is_root() {
            command.args(["-u", "postgres", "--"]).arg(&program);
        }
        command.args(arguments).arg("--pgdata").arg(self.data()).current_dir("/");
        // The server would inherit and keep the output of `pg_ctl`.
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        assert!(command.status().unwrap().success(), "{} {arguments:?}", program.display());
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        let running = self.data().join("postmaster.pid").exists();
        if running && !std::thread::panicking() {
            self.stop(Shutdown::Immediate);
        }
        // After a failure the server may be left running. It stops when it misses its files.
    }
}

/// The newest installed version.
fn programs() -> Option<PathBuf> {
    let complete = |folder: &Path| folder.join("initdb").exists() && folder.join("pg_ctl").exists();
    if let Some(named) = std::env::var_os("TEST_POSTGRES_BIN") {
        let named = PathBuf::from(named);
        assert!(complete(&named), "TEST_POSTGRES_BIN: no initdb and pg_ctl in {}", named.display());
        return Some(named);
    }
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let folders = versions.filter_map(|version| Some(version.ok()?.path().join("bin")));
    folders.filter(|folder| complete(folder)).max()
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().unwrap().stdout == b"0\n"
}
