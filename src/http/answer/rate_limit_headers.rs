//! The headers `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10).

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};

use crate::auth::{LimitReport, LimitStatus};

/// The limits that apply to a request, such as `"wrong_codes_per_user/h";q=10;w=3600`.
pub const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// What is left of each limit, such as `"wrong_codes_per_user/h";r=9;t=360`.
pub const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// Adds both headers if a limit applies to the request. Each is a List of Structured Fields (RFC 9651). The
/// names of policies contain no characters that a String must escape.
pub fn insert(report: &LimitReport, headers: &mut HeaderMap) {
    let mut statuses = report.all();
    statuses.retain(|status| status.is_shown);
    if statuses.is_empty() {
        return;
    }
    let list = |item: fn(&LimitStatus) -> String| statuses.iter().map(item).collect::<Vec<_>>().join(", ");
    for (name, value) in [(RATE_LIMIT_POLICY, list(policy)), (RATE_LIMIT, list(remaining))] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
}

fn policy(status: &LimitStatus) -> String {
    let LimitStatus { policy, quota, window, .. } = status;
    format!("\"{policy}\";q={quota};w={window}")
}

/// Formats the remaining quota. Leaves out the time if the quota is full.
fn remaining(status: &LimitStatus) -> String {
    let LimitStatus { policy, balance, .. } = status;
    match balance.more_in {
        0 => format!("\"{policy}\";r={}", balance.remaining),
        more_in => format!("\"{policy}\";r={};t={more_in}", balance.remaining),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_limits_no_headers_are_added() {
        let mut headers = HeaderMap::new();
        insert(&LimitReport::default(), &mut headers);
        assert!(headers.is_empty());
    }
}
