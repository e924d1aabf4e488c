//! The parameters of a request: Twilio takes forms only.

use std::str::FromStr;

use actix_web::web;

use super::errors::TwilioError;
use super::sid::is_sid;

/// Most characters of a text that is kept. Twilio tells no number; none of its examples comes near.
const MAX_TEXT: usize = 256;

/// The parameters that were sent. Unknown ones are never looked at, as at Twilio.
#[derive(Debug, Default)]
pub(crate) struct Form {
    pairs: Vec<(String, String)>,
}

impl Form {
    /// Reads a body of that media type.
    ///
    /// # Errors
    /// 20415 if it is not a form.
    pub(crate) fn parse(content_type: &str, bytes: &[u8]) -> Result<Self, TwilioError> {
        if bytes.is_empty() {
            return Ok(Self::default());
        }
        if content_type != "application/x-www-form-urlencoded" {
            return Err(TwilioError::not_a_form());
        }
        let text = std::str::from_utf8(bytes).map_err(|_| TwilioError::not_a_form())?;
        Self::decode(text).ok_or_else(TwilioError::not_a_form)
    }

    /// The parameters of a query, which are written like those of a form.
    ///
    /// # Errors
    /// 60200 when it is not.
    pub(crate) fn from_query(query: &str) -> Result<Self, TwilioError> {
        Self::decode(query).ok_or_else(|| TwilioError::invalid("query", query))
    }

    fn decode(text: &str) -> Option<Self> {
        let pairs = web::Query::<Vec<(String, String)>>::from_query(text).ok()?;
        Some(Self { pairs: pairs.into_inner() })
    }

    /// A form as if it had been sent.
    #[cfg(test)]
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

    /// Every value of a parameter that was sent several times: so clients send an array.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs.iter().filter(move |(sent, _)| sent == name).map(|(_, value)| value.as_str())
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
    pub(crate) fn integer<T: FromStr + PartialOrd>(
        &self,
        name: &str,
        least: T,
        most: T,
    ) -> Result<Option<T>, TwilioError> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let value = text.parse().ok().filter(|value| (least..=most).contains(value));
        value.map(Some).ok_or_else(|| TwilioError::invalid(name, text))
    }

    /// A text of at most [`MAX_TEXT`] characters.
    ///
    /// # Errors
    /// 60200 for a longer one.
    pub(crate) fn text(&self, name: &str) -> Result<Option<String>, TwilioError> {
        match self.get(name) {
            Some(text) if text.chars().count() > MAX_TEXT => Err(TwilioError::invalid(name, text)),
            text => Ok(text.map(str::to_owned)),
        }
    }

    /// A SID of the kind that `prefix` names.
    ///
    /// # Errors
    /// 60200 for anything else.
    pub(crate) fn sid(&self, name: &str, prefix: &str) -> Result<Option<String>, TwilioError> {
        match self.get(name) {
            Some(text) if !is_sid(prefix, text) => Err(TwilioError::invalid(name, text)),
            text => Ok(text.map(str::to_owned)),
        }
    }

    /// One of the words of `words`.
    ///
    /// # Errors
    /// 60200 for anything else.
    pub(crate) fn word(&self, name: &str, words: &[&str]) -> Result<Option<String>, TwilioError> {
        match self.get(name) {
            Some(text) if !words.contains(&text) => Err(TwilioError::invalid(name, text)),
            text => Ok(text.map(str::to_owned)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        let form =
            Form::parse("application/x-www-form-urlencoded", b"To=%2B1201&Empty=&A=x+y&Flag=True").unwrap();
        assert_eq!(form.get("To"), Some("+1201"));
        assert_eq!(form.get("A"), Some("x y"));
        assert_eq!((form.get("Empty"), form.get("to")), (None, None));
        assert_eq!(form.boolean("Flag").unwrap(), Some(true));
        assert!(form.boolean("A").is_err());
        assert_eq!(form.integer("To", 0, 2_000).unwrap(), Some(1_201));
        assert!(form.integer("To", 0, 1_200).is_err() && form.integer("A", 0, 9).is_err());
        assert!(form.sid("A", "VA").is_err() && form.word("A", &["x"]).is_err());
        assert_eq!(form.word("A", &["x y"]).unwrap().as_deref(), Some("x y"));
        let long = "x".repeat(MAX_TEXT + 1);
        assert!(Form::from_pairs([("A", &long)]).text("A").is_err());
        assert_eq!(Form::from_query("?").unwrap().get("A"), None);
        assert!(Form::parse("application/json", b"{}").is_err());
        assert!(Form::parse("", b"To=1").is_err());
        assert!(Form::parse("", b"").is_ok());
    }
}
