//! HEAD: the response to GET without its body (RFC 9110, section 9.3.2).
//!
//! actix-http 3.20 usually leaves out the body itself. But if the client has already sent its next request,
//! actix-http decides by the method of that request and sends the body, which the client would take for the
//! next response. So the body is removed here. actix-http then finds that the body is too short, and closes
//! the connection.

use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::ServiceRequest;
use actix_web::http::Method;
use actix_web::web::Bytes;

/// Turns a HEAD request into a GET request, so that the handler of GET answers it.
pub(super) fn route_as_get(request: &mut ServiceRequest) {
    if request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
}

/// Returns the body to send: for HEAD, only its length.
pub(super) fn body_for(method: &Method, body: BoxBody) -> BoxBody {
    if *method == Method::HEAD { BoxBody::new(LengthOnly(body.size())) } else { body }
}

/// A body that declares a length and has no content.
struct LengthOnly(BodySize);

impl MessageBody for LengthOnly {
    type Error = Box<dyn std::error::Error>;

    fn size(&self) -> BodySize {
        self.0
    }

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Poll::Ready(None)
    }
}
