//! A body that comes in chunks and that nobody reads to its end: the connection ends with the answer.
//!
//! actix-http goes on reading such a body once its handle is dropped, as long as chunks come and without any time
//! limit: whoever sends one byte a minute keeps a connection for ever. While the handle lives when the answer goes out,
//! it closes the connection, as it does for bodies of a declared length.

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

/// A body's handle, kept beside its reader.
pub(crate) struct Handle(Option<Rc<RefCell<Payload>>>);

/// Keeps the handle of a body that comes in chunks; the request reads from it as before.
pub(crate) fn keep(request: &mut ServiceRequest) -> Handle {
    if !request.headers().contains_key(TRANSFER_ENCODING) {
        return Handle(None);
    }
    let payload = Rc::new(RefCell::new(request.take_payload()));
    let reader: Pin<Box<dyn Stream<Item = Result<Bytes, PayloadError>>>> = Box::pin(Reader(payload.clone()));
    request.set_payload(reader.into());
    Handle(Some(payload))
}

impl Handle {
    /// The answer's body, with which the handle goes.
    pub(crate) fn beside(self, body: BoxBody) -> BoxBody {
        match self.0 {
            Some(payload) => BoxBody::new(Beside { body, _payload: payload }),
            None => body,
        }
    }
}

struct Reader(Rc<RefCell<Payload>>);

impl Stream for Reader {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Pin::new(&mut *self.0.borrow_mut()).poll_next(context)
    }
}

struct Beside {
    body: BoxBody,
    _payload: Rc<RefCell<Payload>>,
}

impl MessageBody for Beside {
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
