//! Command lines, for tests of the command line.

use super::{Process, TempDir, run};

/// The result of a command that has ended.
pub struct CommandOutput {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// Runs a command line until it ends.
pub fn run_command(directory: &TempDir, line: &str, variables: &[(&str, &str)]) -> CommandOutput {
    let arguments: Vec<&str> = line.split_whitespace().collect();
    let output = run(directory.path(), &arguments, variables);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    CommandOutput { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// Runs a command line that must be rejected as invalid. Returns the error text.
#[track_caller]
pub fn rejected_command(directory: &TempDir, line: &str, variables: &[(&str, &str)]) -> String {
    let CommandOutput { code, stdout, stderr } = run_command(directory, line, variables);
    assert_eq!((code, stdout.as_str()), (Some(2), ""), "{line}: {stderr}");
    stderr
}

/// Starts a command line that must become ready.
#[track_caller]
pub fn start_command(directory: &TempDir, line: &str, variables: &[(&str, &str)]) -> Process {
    let arguments: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
    let variables: Vec<_> =
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Process::start(directory.path(), &arguments, &variables).unwrap_or_else(|log| panic!("{line}: {log}"))
}
