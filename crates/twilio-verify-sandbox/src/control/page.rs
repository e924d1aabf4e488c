//! The page that shows the virtual phones. Its files are compiled in, and it loads nothing from other hosts.

use actix_web::http::header::{
    ACCEPT, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::{HttpRequest, HttpResponse, web};

use super::index;
use crate::options::ApiAddress;

const HTML: &str = include_str!("../page/index.html");
const CSS: &str = include_str!("../page/page.css");
const JS: &str = include_str!("../page/page.js");

/// Allows only files of this server and no inline scripts or styles, because other people may have written the messages.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const HEADERS: [(HeaderName, &str); 3] = [
    (CONTENT_SECURITY_POLICY, POLICY),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
];

/// `GET /`: the page for browsers, a list of the paths for other clients.
pub(crate) async fn front(request: HttpRequest, api: web::Data<ApiAddress>) -> HttpResponse {
    let accept = request.headers().get(ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    if !accept.contains("text/html") {
        return index::index();
    }
    // With an API, the page links to its documentation.
    let html = match &api.0 {
        Some(address) => HTML.replace("<!-- docs -->", &format!("<a href=\"{address}/docs/\">API</a>")),
        None => HTML.to_owned(),
    };
    file("text/html; charset=utf-8", html)
}

/// `GET /sandbox/page.css`
pub(crate) async fn style() -> HttpResponse {
    file("text/css; charset=utf-8", CSS.to_owned())
}

/// `GET /sandbox/page.js`
pub(crate) async fn script() -> HttpResponse {
    file("text/javascript; charset=utf-8", JS.to_owned())
}

fn file(content_type: &str, content: String) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    for header in HEADERS {
        response.insert_header(header);
    }
    response.content_type(content_type).body(content)
}
