//! The token of a request: in the `Authorization` header and nowhere else (RFC 6750, section 2.1).

use actix_web::http::header::{AUTHORIZATION, HeaderMap};

use crate::http::answer::error_code::ErrorCode;
use crate::http::answer::problem::Problem;

/// What stands before the token.
const SCHEME: &[u8] = b"Bearer ";
/// Stands for what cannot be read.
const NO_TOKEN: &str = "?";

/// The bearer token, where one was sent.
///
/// # Errors
/// `malformed_request` where the header stands there more than once: two readers could take different ones.
pub fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let mut values = headers.get_all(AUTHORIZATION);
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        let detail = "The header Authorization occurs more than once. Send it once.";
        return Err(Problem::with_detail(ErrorCode::MalformedRequest, detail));
    }
    // The scheme's name has no case (RFC 9110, section 11.1). Another scheme is no token of ours.
    let Some((scheme, token)) = value.as_bytes().split_at_checked(SCHEME.len()) else { return Ok(None) };
    if !scheme.eq_ignore_ascii_case(SCHEME) {
        return Ok(None);
    }
    // Bytes that no token has are a token all the same, a malformed one: one was sent.
    let token = std::str::from_utf8(token).unwrap_or(NO_TOKEN);
    Ok(Some(token.trim_matches(' ')).filter(|token| !token.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    fn read(values: &[&'static str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(AUTHORIZATION, HeaderValue::from_static(value));
        }
        bearer(&headers).unwrap().map(str::to_owned)
    }

    #[test]
    fn finds_the_token() {
        assert_eq!(read(&["Bearer abc"]).as_deref(), Some("abc"));
        assert_eq!(read(&["bEARER  abc"]).as_deref(), Some("abc"));
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, HeaderValue::from_bytes(b"Bearer \xff\xfe").unwrap());
        assert_eq!(bearer(&headers).unwrap(), Some(NO_TOKEN));
        for none in [&[][..], &["Basic abc"], &["Bearer"], &["Bearer "], &["abc"]] {
            assert_eq!(read(none), None);
        }
    }

    #[test]
    fn two_headers_are_refused() {
        let mut headers = HeaderMap::new();
        headers.append(AUTHORIZATION, HeaderValue::from_static("Bearer a"));
        headers.append(AUTHORIZATION, HeaderValue::from_static("Bearer b"));
        assert!(bearer(&headers).is_err());
    }
}
