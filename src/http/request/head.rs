//! HEAD: what GET would answer, without its body (RFC 9110, section 9.3.2).
//!
//! actix-http leaves the body out by itself, unless the client has sent its next request before the answer (actix-http 3.20
//! then goes by the method of that one): what follows would be taken for that request's answer. So there is no body. Where the
//! method was mistaken so, actix-http misses it, and closes the connection.

use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::ServiceRequest;
use actix_web::http::Method;
use actix_web::web::Bytes;

/// Has GET answer.
pub(crate) fn as_get(request: &mut ServiceRequest) {
    if request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
}

/// What is sent of an answer's body: to HEAD, its length.
pub(crate) fn body(method: &Method, body: BoxBody) -> BoxBody {
    match *method {
        Method::HEAD => BoxBody::new(Length(body.size())),
        _ => body,
    }
}

struct Length(BodySize);

impl MessageBody for Length {
    type Error = Box<dyn std::error::Error>;

    fn size(&self) -> BodySize {
        self.0
    }

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Poll::Ready(None)
    }
}
