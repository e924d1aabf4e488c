//! Broken answers: missing, incomplete or malformed.
//!
//! If a body is shorter than its announced length, actix-web closes the connection and discards its write buffer. So if
//! the body ends at once, not even the head reaches the client. If it returns pending once before it ends, the beginning
//! is written.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{self, BodySize, BoxBody, MessageBody};
use actix_web::dev::ServiceResponse;
use actix_web::web::Bytes;

/// The body that replaces JSON.
const NO_JSON: &str = "<html><body>This is no JSON.</body></html>";

/// A mark that a handler puts into an answer: close the connection instead of sending it.
#[derive(Clone, Copy, Debug)]
pub(super) struct HangUp;

/// A body that ends early, which closes the connection.
struct IncompleteBody {
    announced: u64,
    beginning: Option<Bytes>,
    written: bool,
}

impl MessageBody for IncompleteBody {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.announced)
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Infallible>>> {
        if let Some(beginning) = self.beginning.take() {
            self.written = false;
            return Poll::Ready(Some(Ok(beginning)));
        }
        if !self.written {
            self.written = true;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(None)
    }
}

/// Closes the connection without an answer.
pub(super) fn dropped(response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    response.map_body(|_, _| BoxBody::new(IncompleteBody { announced: 1, beginning: None, written: true }))
}

/// Sends the head and half of the body, then closes the connection. Without a body, it sends nothing.
pub(super) async fn truncated(response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let (request, response) = response.into_parts();
    let (response, body) = response.into_parts();
    let body = body::to_bytes(body).await.unwrap_or_default();
    let response = ServiceResponse::new(request, response.map_into_boxed_body());
    let half = body.len() / 2;
    if half == 0 {
        return dropped(response);
    }
    let announced = body.len() as u64;
    let beginning = Some(body.slice(..half));
    response.map_body(|_, _| BoxBody::new(IncompleteBody { announced, beginning, written: false }))
}

/// Replaces the body with one that is not JSON.
pub(super) fn malformed(response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    response.map_body(|_, _| BoxBody::new(NO_JSON))
}
