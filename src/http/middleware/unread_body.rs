//! Closes the connection after the response if a chunked body was not read to its end.
//!
//! actix-http keeps reading such a body after its handle is dropped, without a time limit. A client that
//! sends one byte per minute could keep a connection open indefinitely. If the handle is still alive when the
//! response is sent, actix-http closes the connection, as it does for bodies with a declared length.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::HttpMessage;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::error::PayloadError;
use actix_web::http::header::TRANSFER_ENCODING;
use actix_web::web::Bytes;
use futures_util::Stream;

/// The handle of a chunked body. `None` if the body is not chunked.
pub(super) struct BodyHandle(Option<Rc<RefCell<Payload>>>);

impl BodyHandle {
    /// Keeps the handle of a request's body if it is chunked. The request reads its body as before.
    pub(super) fn keep(request: &mut ServiceRequest) -> Self {
        if !request.headers().contains_key(TRANSFER_ENCODING) {
            return Self(None);
        }
        let payload = Rc::new(RefCell::new(request.take_payload()));
        let reader: Pin<Box<dyn Stream<Item = Result<Bytes, PayloadError>>>> =
            Box::pin(SharedPayload(payload.clone()));
        request.set_payload(reader.into());
        Self(Some(payload))
    }

    /// Ties the handle to the body of the response, so that it lives until the response is sent.
    pub(super) fn tie_to(self, body: BoxBody) -> BoxBody {
        match self.0 {
            Some(payload) => BoxBody::new(TiedBody { body, _payload: payload }),
            None => body,
        }
    }
}

struct SharedPayload(Rc<RefCell<Payload>>);

impl Stream for SharedPayload {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Pin::new(&mut *self.0.borrow_mut()).poll_next(context)
    }
}

struct TiedBody {
    body: BoxBody,
    _payload: Rc<RefCell<Payload>>,
}

impl MessageBody for TiedBody {
    type Error = Box<dyn std::error::Error>;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.body).poll_next(context)
    }
}
