//! Parses just enough of HTTP/1.1 to find the end of an answer.

use crate::Failure;

/// The parsed head of an answer.
#[derive(Debug, PartialEq, Eq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The length of head and body in bytes.
    pub length: usize,
}

impl Response {
    /// Parses the head of an answer that has a `Content-Length`. Returns `None` while the head is incomplete.
    pub fn parse(received: &[u8]) -> Result<Option<Self>, Failure> {
        let Some(end) = received.windows(4).position(|window| window == b"\r\n\r\n") else {
            return Ok(None);
        };
        let head = std::str::from_utf8(received.get(..end).unwrap_or_default())?;
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|code| code.parse().ok());
        let body = lines
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
            .and_then(|(_, value)| value.trim().parse::<usize>().ok());
        match (status, body) {
            (Some(status), Some(body)) => Ok(Some(Self { status, length: end + 4 + body })),
            _ => Err("an answer without a status or a Content-Length".into()),
        }
    }
}
