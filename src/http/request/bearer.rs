//! The bearer token of a request. Only the header `Authorization` may carry it (RFC 6750, section 2.1).

use actix_web::http::header::{AUTHORIZATION, HeaderMap};

use crate::http::answer::error_code::ErrorCode;
use crate::http::answer::problem::Problem;

/// The scheme that precedes the token.
const SCHEME: &[u8] = b"Bearer ";
/// Replaces a token that is not UTF-8. It is not valid.
const UNREADABLE_TOKEN: &str = "?";

/// Returns the bearer token if there is one.
///
/// # Errors
/// `malformed_request` if the header occurs more than once, because parsers differ in which one they take.
pub fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let mut values = headers.get_all(AUTHORIZATION);
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        let detail = "The header Authorization occurs more than once. Send it once.";
        return Err(Problem::with_detail(ErrorCode::MalformedRequest, detail));
    }
    // The scheme is case-insensitive (RFC 9110, section 11.1). Other schemes are ignored.
    let Some((scheme, token)) = value.as_bytes().split_at_checked(SCHEME.len()) else { return Ok(None) };
    if !scheme.eq_ignore_ascii_case(SCHEME) {
        return Ok(None);
    }
    // Bytes that are not UTF-8 count as an invalid token, not as a missing one.
    let token = std::str::from_utf8(token).unwrap_or(UNREADABLE_TOKEN);
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
    fn token_is_read_from_the_header() {
        assert_eq!(read(&["Bearer abc"]).as_deref(), Some("abc"));
        assert_eq!(read(&["bEARER  abc"]).as_deref(), Some("abc"));
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, HeaderValue::from_bytes(b"Bearer \xff\xfe").unwrap());
        assert_eq!(bearer(&headers).unwrap(), Some(UNREADABLE_TOKEN));
        for none in [&[][..], &["Basic abc"], &["Bearer"], &["Bearer "], &["abc"]] {
            assert_eq!(read(none), None);
        }
    }

    #[test]
    fn duplicate_headers_are_rejected() {
        let mut headers = HeaderMap::new();
        headers.append(AUTHORIZATION, HeaderValue::from_static("Bearer a"));
        headers.append(AUTHORIZATION, HeaderValue::from_static("Bearer b"));
        assert!(bearer(&headers).is_err());
    }
}
