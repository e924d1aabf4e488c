//! The body of a request.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};

use crate::twilio::errors::TwilioError;
use crate::twilio::form::Form;

/// A body that is looked at only when its time comes: an unknown service is told before a bad body.
#[derive(Debug)]
pub(crate) struct Body(Result<Form, TwilioError>);

impl Body {
    /// The parameters in it.
    ///
    /// # Errors
    /// When it is too large or no form.
    pub(crate) fn form(self) -> Result<Form, TwilioError> {
        self.0
    }
}

impl FromRequest for Body {
    type Error = TwilioError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, TwilioError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let content_type = request.content_type().to_ascii_lowercase();
        let bytes = web::Bytes::from_request(request, payload);
        Box::pin(async move {
            let bytes = bytes.await.map_err(|_| TwilioError::too_large());
            Ok(Self(bytes.and_then(|bytes| Form::parse(&content_type, &bytes))))
        })
    }
}
