//! HEAD.

use reqwest::Method;

use crate::harness::{Person, Server};

/// What load balancers and `curl -I` ask (RFC 9110, section 9.3.2).
#[tokio::test]
async fn head_is_answered_as_get_is_without_the_body() {
    let (server, ada) = (Server::dev().await, Person::ada());
    let access = server.full_access(&ada).await.text_of("access_token");
    for (path, token, status) in [
        ("/health/live", None, 200),
        ("/health/ready", None, 200),
        ("/docs/", None, 200),
        ("/openapi.json", None, 200),
        ("/v1/users/me", Some(&*access), 200),
        ("/v1/users/me", None, 401),
        ("/nowhere", None, 404),
    ] {
        let ask = async |method: Method| {
            let request = server.request(method, path);
            let request = token.into_iter().fold(request, |request, token| request.bearer_auth(token));
            request.send().await.unwrap()
        };
        let (get, head) = (ask(Method::GET).await, ask(Method::HEAD).await);
        assert_eq!((head.status(), get.status()), (get.status(), status.try_into().unwrap()), "{path}");
        for name in ["content-type", "content-length", "cache-control"] {
            assert_eq!(head.headers().get(name), get.headers().get(name), "{name} of {path}");
        }
        assert_eq!(head.text().await.unwrap(), "", "{path}");
    }
}
