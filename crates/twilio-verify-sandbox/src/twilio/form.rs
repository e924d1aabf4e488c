//! The parameters of a request. Twilio accepts forms only.

use std::str::FromStr;

use actix_web::web;

use super::errors::TwilioError;
use super::sid::is_sid;

/// The maximum length of a stored text. Twilio documents none; its examples are far shorter.
const MAX_TEXT: usize = 256;

/// The parameters in a body or a query. Unknown ones are ignored, as at Twilio.
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

    /// Reads a query, which is encoded like a form.
    ///
    /// # Errors
    /// 60200 if it cannot be decoded.
    pub(crate) fn from_query(query: &str) -> Result<Self, TwilioError> {
        Self::decode(query).ok_or_else(|| TwilioError::invalid("query", query))
    }

    fn decode(text: &str) -> Option<Self> {
        let pairs = web::Query::<Vec<(String, String)>>::from_query(text).ok()?;
        Some(Self { pairs: pairs.into_inner() })
    }

    /// Creates a form for tests.
    #[cfg(test)]
    pub(crate) fn from_pairs<const N: usize>(pairs: [(&str, &str); N]) -> Self {
        Self { pairs: pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect() }
    }

    /// Returns all parameters in their order.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Returns the value of a parameter. An empty value counts as absent.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.pairs
            .iter()
            .find(|(sent, _)| sent == name)
            .map(|(_, value)| value.as_str())
            .filter(|v| !v.is_empty())
    }

    /// Returns every value of a parameter. Clients send an array by repeating it.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs.iter().filter(move |(sent, _)| sent == name).map(|(_, value)| value.as_str())
    }

    /// Reads `true` or `false`. Python clients capitalize them.
    ///
    /// # Errors
    /// 60200 for anything else.
    pub(crate) fn boolean(&self, name: &str) -> Result<Option<bool>, TwilioError> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let value = text.to_ascii_lowercase().parse();
        value.map(Some).map_err(|_| TwilioError::invalid(name, text))
    }

    /// Reads a whole number between `least` and `most`, inclusive.
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

    /// Reads a text of at most [`MAX_TEXT`] characters.
    ///
    /// # Errors
    /// 60200 for a longer one.
    pub(crate) fn text(&self, name: &str) -> Result<Option<String>, TwilioError> {
        match self.get(name) {
            Some(text) if text.chars().count() > MAX_TEXT => Err(TwilioError::invalid(name, text)),
            text => Ok(text.map(str::to_owned)),
        }
    }

    /// Reads a SID with that prefix.
    ///
    /// # Errors
    /// 60200 for anything else.
    pub(crate) fn sid(&self, name: &str, prefix: &str) -> Result<Option<String>, TwilioError> {
        match self.get(name) {
            Some(text) if !is_sid(prefix, text) => Err(TwilioError::invalid(name, text)),
            text => Ok(text.map(str::to_owned)),
        }
    }

    /// Reads one of several words.
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
