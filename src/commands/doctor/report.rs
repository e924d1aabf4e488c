//! The report, as text and as JSON.

use std::fmt;

use serde::Serialize;

/// The result of one check.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Check {
    name: &'static str,
    status: Status,
    detail: String,
}

/// The severity of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Status {
    /// Nothing to do.
    Ok,
    /// `serve` works, but the operator should look at it.
    Warning,
    /// `serve` does not start, or does not work.
    Problem,
}

/// The results of all checks, in order.
#[derive(Serialize)]
pub(super) struct Report {
    checks: Vec<Check>,
}

impl Check {
    pub(super) fn ok(name: &'static str, detail: impl Into<String>) -> Self {
        Self::new(name, Status::Ok, &detail.into())
    }

    pub(super) fn warning(name: &'static str, detail: impl Into<String>) -> Self {
        Self::new(name, Status::Warning, &detail.into())
    }

    pub(super) fn problem(name: &'static str, detail: impl Into<String>) -> Self {
        Self::new(name, Status::Problem, &detail.into())
    }

    /// Replaces line breaks and control characters, because a database or a server may send them.
    fn new(name: &'static str, status: Status, detail: &str) -> Self {
        let words = detail.split(|c: char| c.is_whitespace() || c.is_control());
        let detail = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        Self { name, status, detail }
    }

    #[cfg(test)]
    pub(super) fn parts(&self) -> (&'static str, Status, &str) {
        (self.name, self.status, &self.detail)
    }
}

impl Report {
    pub(super) fn new(checks: Vec<Check>) -> Self {
        Self { checks }
    }

    pub(super) fn problems(&self) -> usize {
        self.checks.iter().filter(|check| check.status == Status::Problem).count()
    }

    pub(super) fn to_text(&self) -> String {
        self.checks.iter().map(Check::to_string).collect::<Vec<_>>().join("\n")
    }

    pub(super) fn to_json(&self) -> serde_json::Result<String> {
        serde_json::to_string(self)
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let status = match self.status {
            Status::Ok => "ok",
            Status::Warning => "warning",
            Status::Problem => "problem",
        };
        write!(f, "{status:<7}  {}: {}", self.name, self.detail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_has_one_line_per_check_or_is_one_json_object() {
        let report = Report::new(vec![
            Check::ok("schema", "up to date"),
            Check::warning("issuer", "a\nb\t\u{1b}c"),
            Check::problem("twilio", "refuses"),
        ]);
        assert_eq!(
            report.to_text(),
            "ok       schema: up to date\nwarning  issuer: a b c\nproblem  twilio: refuses"
        );
        assert_eq!(
            report.to_json().unwrap(),
            r#"{"checks":[{"name":"schema","status":"ok","detail":"up to date"},{"name":"issuer","status":"warning","detail":"a b c"},{"name":"twilio","status":"problem","detail":"refuses"}]}"#
        );
        assert_eq!(report.problems(), 1);
    }
}
