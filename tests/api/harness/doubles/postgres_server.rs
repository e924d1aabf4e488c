//! A PostgreSQL server of a test's own, which it may stop and start as it likes.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::harness::TempDir;

/// A running server, which ends with the test.
pub struct PostgresServer {
    programs: PathBuf,
    port: u16,
    directory: TempDir,
}

/// How PostgreSQL is stopped (<https://www.postgresql.org/docs/current/app-pg-ctl.html>).
#[derive(Clone, Copy, Debug)]
pub enum Shutdown {
    /// Transactions are rolled back, connections ended.
    Fast,
    /// As if it had crashed: it recovers from its log when it starts.
    Immediate,
}

impl PostgresServer {
    /// Makes a database cluster and starts a server on it; `None`, and a word, where PostgreSQL's programs are not
    /// there. `TEST_POSTGRES_BIN` says where they are, and then they must be; otherwise it is where Debian has them.
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
            // PostgreSQL refuses to run as root.
            assert!(Command::new("chown").arg("postgres").arg(&data).status().unwrap().success());
        }
        let cluster = ["--username", "postgres", "--auth", "trust", "--encoding", "UTF8", "--locale", "C"];
        server.run("initdb", &[&cluster[..], &["--no-sync"]].concat());
        drop(listener);
        server.begin();
        Some(server)
    }

    /// The URL of a database that is always there.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Stops it, and returns when it has ended.
    pub fn stop(&self, shutdown: Shutdown) {
        let mode = match shutdown {
            Shutdown::Fast => "fast",
            Shutdown::Immediate => "immediate",
        };
        self.run("pg_ctl", &["stop", "--wait", "--mode", mode]);
    }

    /// Starts it again, and returns when it answers.
    pub fn begin(&self) {
        // What the test is about is a process that ends, not a machine: no fsync. Commits are as they are by default.
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

    /// Runs one of PostgreSQL's programs, as somebody whom it accepts.
    fn run(&self, program: &str, arguments: &[&str]) {
        let program = self.programs.join(program);
        let mut command = match is_root() {
            true => Command::new("runuser"),
            false => Command::new(&program),
        };
        if is_root() {
            command.args(["-u", "postgres", "--"]).arg(&program);
        }
        command.args(arguments).arg("--pgdata").arg(self.data()).current_dir("/");
        // A server that is started keeps what it gets as output.
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
        // Where it is left running after a failure, it ends by itself when it misses its files.
    }
}

/// The newest there are.
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
