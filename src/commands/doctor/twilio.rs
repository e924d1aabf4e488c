//! Checks Twilio's answer.

use twilio_verify::{Failure, Service};

use super::Check;
use super::machine::clocks;
use super::probe::Observation;

const NAME: &str = "twilio";

/// Checks credentials, the service, the length of its codes and the clock.
pub(super) fn judge(base_url: &str, seen: Observation<Result<Service, Failure>>, length: u8) -> Vec<Check> {
    let service = match seen.answer {
        Ok(service) => service,
        Err(failure) => return vec![Check::problem(NAME, error_detail(base_url, &failure))],
    };
    let clock = service.answered_at.map(|theirs| clocks("twilio_clock", seen.at, theirs, "Twilio"));
    let found =
        format!("credentials and service are valid; messages show the name {:?}", service.friendly_name);
    let mut checks = vec![Check::ok(NAME, found), code_length(service.code_length, length)];
    checks.extend(clock);
    checks
}

fn code_length(theirs: u8, ours: u8) -> Check {
    const NAME: &str = "code_length";
    if theirs == ours {
        return Check::ok(NAME, format!("{ours} digits"));
    }
    Check::problem(
        NAME,
        format!(
            "the Verify service creates codes of {theirs} digits, but this server accepts {ours}: set \
             COUNTERSIGN__CODES__LENGTH={theirs}, or change the service"
        ),
    )
}

fn error_detail(base_url: &str, failure: &Failure) -> String {
    let Some(status) = failure.http_status() else {
        let cause = failure.cause().unwrap_or("no answer");
        return format!(
            "{base_url} cannot be reached ({cause}): check the network, name resolution and HTTPS_PROXY"
        );
    };
    let code = failure.code().map(|code| format!(", code {code}")).unwrap_or_default();
    let request = failure.request_id().map(|id| format!(", request {id}")).unwrap_or_default();
    let advice = match (failure.hint(), status) {
        (Some(hint), _) => hint,
        (None, 200..=299) => "this is not an answer of Twilio Verify: check the base URL and any proxy",
        (None, 429) => "the account is rate limited: try again later",
        (None, _) => "try again, and see https://status.twilio.com",
    };
    format!("{base_url} answers HTTP {status}{code}{request}: {advice}")
}

#[cfg(test)]
mod tests {
    use super::super::report::Status;
    use super::*;
    use chrono::{DateTime, TimeDelta};
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use twilio_verify::{Settings, VerifyClient};

    fn checks_of(code_length: u8, behind: Option<i64>) -> Vec<Check> {
        let at = DateTime::UNIX_EPOCH + TimeDelta::days(1);
        let answered_at = behind.map(|seconds| at - TimeDelta::seconds(seconds));
        let service = Service { friendly_name: "My shop".into(), code_length, answered_at };
        judge("https://verify.twilio.com", Observation { answer: Ok(service), at }, 6)
    }

    fn statuses(checks: &[Check]) -> Vec<(&str, Status)> {
        checks.iter().map(|check| (check.parts().0, check.parts().1)).collect()
    }

    #[test]
    fn a_matching_service_is_ok() {
        let checks = checks_of(6, Some(0));
        let all_ok = [("twilio", Status::Ok), ("code_length", Status::Ok), ("twilio_clock", Status::Ok)];
        assert_eq!(statuses(&checks), all_ok);
        assert!(checks[0].parts().2.contains("My shop"));
    }

    #[test]
    fn another_code_length_is_a_problem_and_a_wrong_clock_a_warning() {
        let checks = checks_of(4, Some(60));
        let expected =
            [("twilio", Status::Ok), ("code_length", Status::Problem), ("twilio_clock", Status::Warning)];
        assert_eq!(statuses(&checks), expected);
        assert!(checks[1].parts().2.contains("COUNTERSIGN__CODES__LENGTH=4"));
        assert_eq!(checks_of(6, None).len(), 2);
    }

    /// Returns the detail for an answer. An empty answer is a connection that breaks off.
    async fn detail_for(answer: &'static str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.read(&mut [0; 4096]).unwrap();
            stream.write_all(answer.as_bytes()).unwrap();
        });
        let settings = Settings::new("AC1", "token".into(), format!("VA{}", "a".repeat(32)));
        let client = VerifyClient::new(Settings { base_url, ..settings }).unwrap();
        let failure = client.fetch_service().await.unwrap_err();
        server.join().unwrap();
        let answer = Err(failure);
        let checks = judge("https://x", Observation { answer, at: DateTime::UNIX_EPOCH }, 6);
        assert_eq!(statuses(&checks), [("twilio", Status::Problem)]);
        checks[0].parts().2.to_owned()
    }

    #[tokio::test]
    async fn each_error_says_what_to_do() {
        for (answer, words) in [
            (
                "HTTP/1.1 401 X\r\nContent-Length: 14\r\n\r\n{\"code\":20003}",
                "HTTP 401, code 20003: check the",
            ),
            ("HTTP/1.1 404 X\r\nContent-Length: 0\r\n\r\n", "HTTP 404: check the Verify service SID"),
            ("HTTP/1.1 200 X\r\nContent-Length: 2\r\n\r\n{}", "not an answer of Twilio Verify"),
            ("HTTP/1.1 503 X\r\nContent-Length: 0\r\n\r\n", "status.twilio.com"),
            ("", "cannot be reached"),
        ] {
            let detail = detail_for(answer).await;
            assert!(detail.starts_with("https://x ") && detail.contains(words), "{detail}");
        }
    }
}
