//! The parameters of a request: Twilio takes forms only.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};

use crate::sandbox::errors::TwilioError;

/// The parameters that were sent. Unknown ones are never looked at, as at Twilio.
#[derive(Debug, Default)]
pub(crate) struct Form {
    pairs: Vec<(String, String)>,
}

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
            Ok(Self(bytes.and_then(|bytes| parse(&content_type, &bytes))))
        })
    }
}

/// Reads a body, as Twilio does.
///
/// # Errors
/// When it is no form.
pub(super) fn parse(content_type: &str, bytes: &[u8]) -> Result<Form, TwilioError> {
    if bytes.is_empty() {
        return Ok(Form::default());
    }
    if content_type != "application/x-www-form-urlencoded" {
        return Err(TwilioError::not_a_form());
    }
    let text = std::str::from_utf8(bytes).map_err(|_| TwilioError::not_a_form())?;
    let pairs =
        web::Query::<Vec<(String, String)>>::from_query(text).map_err(|_| TwilioError::not_a_form())?;
    Ok(Form { pairs: pairs.into_inner() })
}

impl Form {
    /// A form as if it had been sent.
    pub(crate) fn from_pairs<const N: usize>(pairs: [(&str, &str); N]) -> Self {
        Self { pairs: pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect() }
    }

    /// Every parameter that was sent, in its order.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// A parameter's value; one that was sent empty counts as not sent.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.pairs
            .iter()
            .find(|(sent, _)| sent == name)
            .map(|(_, value)| value.as_str())
            .filter(|v| !v.is_empty())
    }

    /// A parameter that is `true` or `false`; Python's clients capitalise.
    ///
    /// # Errors
    /// 60200 for anything else.
    pub(crate) fn boolean(&self, name: &str) -> Result<Option<bool>, TwilioError> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let value = text.to_ascii_lowercase().parse();
        value.map(Some).map_err(|_| TwilioError::invalid(name, text))
    }

    /// A whole number within bounds, both included.
    ///
    /// # Errors
    /// 60200 for anything else.
    pub(crate) fn integer(&self, name: &str, least: u8, most: u8) -> Result<Option<u8>, TwilioError> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let value = text.parse().ok().filter(|value| (least..=most).contains(value));
        value.map(Some).ok_or_else(|| TwilioError::invalid(name, text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        let form = parse("application/x-www-form-urlencoded", b"To=%2B1201&Empty=&A=x+y&Flag=True").unwrap();
        assert_eq!(form.get("To"), Some("+1201"));
        assert_eq!(form.get("A"), Some("x y"));
        assert_eq!((form.get("Empty"), form.get("to")), (None, None));
        assert_eq!(form.boolean("Flag").unwrap(), Some(true));
        assert!(form.boolean("A").is_err());
        assert!(parse("application/json", b"{}").is_err());
        assert!(parse("", b"To=1").is_err());
        assert!(parse("", b"").is_ok());
    }
}
