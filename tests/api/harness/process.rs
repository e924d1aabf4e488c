//! The program itself, as a process.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::sync::{Arc, Mutex};

/// A running program, which is killed with the test.
pub struct Process {
    child: Child,
    /// Held open: with `--exit-with-stdin` the program ends when it closes.
    pub input: Option<ChildStdin>,
    log: Arc<Mutex<Vec<u8>>>,
    output: Arc<Mutex<Vec<u8>>>,
    readers: Vec<std::thread::JoinHandle<()>>,
    /// The line that began with `ready`.
    pub ready: String,
}

/// The program: the one that cargo has built for the tests, or another one that `TEST_BINARY` names, such as the
/// release binary. A relative path begins at the project's root.
pub fn program() -> PathBuf {
    let built = || env!("CARGO_BIN_EXE_countersign").into();
    let named = std::env::var_os("TEST_BINARY").unwrap_or_else(built);
    Path::new(env!("CARGO_MANIFEST_DIR")).join(named)
}

/// The program with a command line, in a directory, with nothing in its environment but `variables`; started by `wrapper`
/// where that is not empty.
fn command(
    wrapper: &[String],
    directory: &Path,
    arguments: &[String],
    variables: &[(String, String)],
) -> Command {
    let mut command = match wrapper {
        [] => Command::new(program()),
        [first, rest @ ..] => {
            let mut command = Command::new(first);
            command.args(rest).arg(program());
            command
        }
    };
    command.args(arguments).current_dir(directory).env_clear();
    // Where the system keeps its certificates may be said here.
    for name in ["PATH", "SSL_CERT_FILE", "SSL_CERT_DIR"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command.envs(variables.iter().map(|(name, value)| (name, value)));
    command
}

/// Runs a command to its end. One that becomes a server instead is killed: a test waits for no end that never comes.
pub fn run(directory: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let arguments: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
    let variables: Vec<_> =
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let mut process = Process::spawn(command(&[], directory, &arguments, &variables).stdin(Stdio::null()));
    if process.is_ready() {
        process.child.kill().unwrap();
    }
    let status = process.child.wait().unwrap();
    let log = process.wait().1;
    Output { status, stdout: process.output().into(), stderr: log.into() }
}

impl Process {
    /// Starts a command and waits for its `ready` line.
    ///
    /// # Errors
    /// What the program wrote to standard error, when it ended instead.
    pub fn start(
        directory: &Path,
        arguments: &[String],
        variables: &[(String, String)],
    ) -> Result<Self, String> {
        Self::start_under(&[], directory, arguments, variables)
    }

    /// The same, started by another program that becomes it, such as `env`.
    ///
    /// # Errors
    /// As above.
    pub fn start_under(
        wrapper: &[String],
        directory: &Path,
        arguments: &[String],
        variables: &[(String, String)],
    ) -> Result<Self, String> {
        let command = &mut command(wrapper, directory, arguments, variables);
        let mut process = Self::spawn(command.stdin(Stdio::piped()));
        if process.is_ready() { Ok(process) } else { Err(process.wait().1) }
    }

    /// Waits for the first line of standard output, or for its end.
    fn spawn(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (log, mut readers) = (Arc::<Mutex<Vec<u8>>>::default(), Vec::new());
        let (stderr, collected) = (child.stderr.take().unwrap(), log.clone());
        readers.push(std::thread::spawn(move || collect(stderr, &collected)));
        let mut ready = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        stdout.read_line(&mut ready).unwrap();
        let output = Arc::new(Mutex::new(ready.clone().into_bytes()));
        let collected = output.clone();
        readers.push(std::thread::spawn(move || collect(stdout, &collected)));
        let input = child.stdin.take();
        let ready = ready.trim_end().to_owned();
        Self { child, input, log, output, readers, ready }
    }

    fn is_ready(&self) -> bool {
        self.ready.starts_with("ready ")
    }

    /// An address of the `ready` line.
    pub fn address(&self, name: &str) -> String {
        let prefix = format!("{name}=");
        let found = self.ready.split(' ').find_map(|part| part.strip_prefix(&prefix));
        found.unwrap_or_else(|| panic!("no {name} in {:?}", self.ready)).to_owned()
    }

    /// What the program has logged so far.
    pub fn log(&self) -> String {
        text(&self.log)
    }

    /// What the program has written to standard output so far.
    pub fn output(&self) -> String {
        text(&self.output)
    }

    /// Its process's number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal, such as `TERM`.
    pub fn signal(&self, name: &str) {
        let sent =
            Command::new("kill").args([format!("-{name}"), self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Kills it, as a crash would: everything that was logged.
    pub fn kill(&mut self) -> String {
        self.child.kill().unwrap();
        self.wait().1
    }

    /// Waits for the end: the exit code (none after a signal) and everything that was logged.
    pub fn wait(&mut self) -> (Option<i32>, String) {
        let status = self.child.wait().unwrap();
        for reader in self.readers.drain(..) {
            reader.join().unwrap();
        }
        (status.code(), self.log())
    }
}

fn collect(mut stream: impl Read, bytes: &Mutex<Vec<u8>>) {
    let mut buffer = [0; 4096];
    while let Ok(length @ 1..) = stream.read(&mut buffer) {
        bytes.lock().unwrap().extend_from_slice(&buffer[..length]);
    }
}

fn text(bytes: &Mutex<Vec<u8>>) -> String {
    String::from_utf8_lossy(&bytes.lock().unwrap()).into_owned()
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
