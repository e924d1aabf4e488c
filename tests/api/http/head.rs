//! HEAD requests.

use reqwest::Method;

use crate::harness::{Person, Raw, Server};

/// Load balancers and `curl -I` send HEAD (RFC 9110, section 9.3.2).
#[tokio::test]
async fn head_is_answered_like_get_without_the_body() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let access = server.full_access(&ada).await;
    for (path, token, status) in [
        ("/health/live", None, 200),
        ("/health/ready", None, 200),
        ("/docs/", None, 200),
        ("/openapi.json", None, 200),
        ("/v1/users/me", Some(access.token()), 200),
        ("/v1/users/me", None, 401),
        ("/nowhere", None, 404),
    ] {
        let ask = async |method: Method| {
            let request = server.request(method, path);
            let request = token.into_iter().fold(request, |request, token| request.bearer_auth(token));
            request.send().await.unwrap()
        };
        let get = ask(Method::GET).await;
        let head = ask(Method::HEAD).await;
        assert_eq!((head.status(), get.status()), (get.status(), status.try_into().unwrap()), "{path}");
        for name in ["content-type", "content-length", "cache-control"] {
            assert_eq!(head.headers().get(name), get.headers().get(name), "{name} of {path}");
        }
        assert_eq!(head.text().await.unwrap(), "", "{path}");
    }
}

/// With pipelining, bytes of a HEAD answer must not appear where the next answer is expected. Another user of
/// the connection would take them for their own.
#[tokio::test]
async fn head_sends_no_body_before_a_pipelined_request() {
    let server = Server::dev().await;
    let access = server.full_access(&Person::ada()).await;
    let token = access.token();
    for path in ["/v1/users/me", "/v1/users/dashboard", "/v1/users/sessions", "/health/ready", "/nowhere"] {
        let head =
            format!("HEAD {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n");
        let next = "GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        let answers = Raw::exchange(&server, head + next).await;
        // The connection is closed, or the head is followed by the next answer.
        let after = answers.split_once("\r\n\r\n").map_or("", |(_, after)| after);
        assert!(after.is_empty() || after.starts_with("HTTP/1.1 200"), "{path}: {answers}");
    }
}
