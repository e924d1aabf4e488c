//! Answers that do not come, or not whole.
//!
//! actix-web ends a connection where a body turns out shorter than its announced length, and it does so before
//! it has written anything that it still holds. So a body that ends at once takes its head along: nothing at all
//! reaches the client. One that lets a turn pass first has its beginning written.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{self, BodySize, BoxBody, MessageBody};
use actix_web::dev::ServiceResponse;
use actix_web::web::Bytes;

/// What stands in the place of JSON.
const NO_JSON: &str = "<html><body>This is no JSON.</body></html>";

/// Put into an answer by a handler: do not send it, end the connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct HangUp;

/// A body that ends too early, and the connection with it.
struct Severed {
    announced: u64,
    beginning: Option<Bytes>,
    written: bool,
}

impl MessageBody for Severed {
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

/// No answer: the connection ends.
pub(super) fn dropped(response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    response.map_body(|_, _| BoxBody::new(Severed { announced: 1, beginning: None, written: true }))
}

/// The head and half of the body, then the connection ends. Without a body to halve, nothing comes.
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
    response.map_body(|_, _| BoxBody::new(Severed { announced, beginning, written: false }))
}

/// The head, and a body that is no JSON.
pub(super) fn malformed(response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    response.map_body(|_, _| BoxBody::new(NO_JSON))
}
