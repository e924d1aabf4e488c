//! The headers `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10): which limits a request was
//! counted against, and what is left of them.

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};

use crate::auth::{Standing, Standings};

/// The limits: `"wrong_codes_per_user/h";q=10;w=3600`
pub const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// Where the client stands with them: `"wrong_codes_per_user/h";r=9;t=360`
pub const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// Adds both headers, where anything was counted. Both are Lists of Structured Fields (RFC 9651): names of policies hold
/// nothing that a String would have to escape.
pub fn tell(standings: &Standings, headers: &mut HeaderMap) {
    let mut standings = standings.all();
    standings.retain(|standing| standing.is_told);
    if standings.is_empty() {
        return;
    }
    let list = |item: fn(&Standing) -> String| standings.iter().map(item).collect::<Vec<_>>().join(", ");
    for (name, value) in [(POLICY, list(policy)), (RATE_LIMIT, list(balance))] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
}

fn policy(standing: &Standing) -> String {
    let Standing { policy, quota, window, .. } = standing;
    format!("\"{policy}\";q={quota};w={window}")
}

/// Where nothing is to come back there is no time until it does.
fn balance(standing: &Standing) -> String {
    let Standing { policy, balance, .. } = standing;
    match balance.more_in {
        0 => format!("\"{policy}\";r={}", balance.remaining),
        more_in => format!("\"{policy}\";r={};t={more_in}", balance.remaining),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_counted_is_nothing_told() {
        let mut headers = HeaderMap::new();
        tell(&Standings::default(), &mut headers);
        assert!(headers.is_empty());
    }
}
