//! The program as a process.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::sync::{Arc, Mutex};

/// A running program, which is killed with the test.
pub struct Process {
    child: Child,
    /// Held open, because `--exit-with-stdin` stops the program when it closes.
    pub input: Option<ChildStdin>,
    log: Arc<Mutex<Vec<u8>>>,
    output: Arc<Mutex<Vec<u8>>>,
    readers: Vec<std::thread::JoinHandle<()>>,
    /// The line that began with `ready`.
    pub ready: String,
}

/// The path of the program: the build of cargo, or the one that `TEST_BINARY` names, such as the release
/// binary. A relative path starts at the project's root.
pub fn program() -> PathBuf {
    let built = || env!("CARGO_BIN_EXE_countersign").into();
    let named = std::env::var_os("TEST_BINARY").unwrap_or_else(built);
    Path::new(env!("CARGO_MANIFEST_DIR")).join(named)
}

/// The command that runs the program in a directory with only `variables` in its environment. If `wrapper` is
/// not empty, it starts the program.
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
    // Some systems name their certificates here.
    for name in ["PATH", "SSL_CERT_FILE", "SSL_CERT_DIR"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command.envs(variables.iter().map(|(name, value)| (name, value)));
    command
}

/// Runs a command until it ends. A command that becomes a server is killed, so that the test does not hang.
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
    /// Returns standard error if the program ended instead.
    pub fn start(
        directory: &Path,
        arguments: &[String],
        variables: &[(String, String)],
    ) -> Result<Self, String> {
        Self::start_under(&[], directory, arguments, variables)
    }

    /// Starts a command through another program, such as `env`.
    ///
    /// # Errors
    /// See [`Self::start`].
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
        let log = Arc::<Mutex<Vec<u8>>>::default();
        let mut readers = Vec::new();
        let stderr = child.stderr.take().unwrap();
        let collected = log.clone();
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

    /// An address in the `ready` line.
    pub fn address(&self, name: &str) -> String {
        let prefix = format!("{name}=");
        let found = self.ready.split(' ').find_map(|part| part.strip_prefix(&prefix));
        found.unwrap_or_else(|| panic!("no {name} in {:?}", self.ready)).to_owned()
    }

    /// The log so far.
    pub fn log(&self) -> String {
        text(&self.log)
    }

    /// The standard output so far.
    pub fn output(&self) -> String {
        text(&self.output)
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal, such as `TERM`.
    pub fn signal(&self, name: &str) {
        let sent =
            Command::new("kill").args([format!("-{name}"), self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Kills the process, like a crash, and returns the log.
    pub fn kill(&mut self) -> String {
        self.child.kill().unwrap();
        self.wait().1
    }

    /// Waits for the end. Returns the exit code (`None` after a signal) and the log.
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
