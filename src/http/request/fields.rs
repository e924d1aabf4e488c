//! Takes the fields of a JSON object one by one and collects all errors.

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::{Map, Value};

use crate::auth::Invalid;
use crate::http::answer::field_error::{FieldError, FieldErrorCode};
use crate::http::answer::problem::Problem;

/// The maximum number of errors in a response. A body of 16 KiB can have thousands of unknown fields.
const MAX_ERRORS: usize = 50;

/// A JSON object whose fields are taken one by one.
#[derive(Clone)]
pub struct Fields {
    object: Map<String, Value>,
    errors: Vec<FieldError>,
}

impl Fields {
    /// Parses a JSON object. Rejects duplicate names, because parsers differ in which value they take.
    pub(crate) fn parse(json: &[u8]) -> Result<Self, serde_json::Error> {
        let UniqueObject(object) = serde_json::from_slice(json)?;
        Ok(object.into())
    }

    /// Returns an object without fields.
    pub(crate) fn empty() -> Self {
        Map::new().into()
    }

    /// Sets a field if it is missing. Returns whether it was missing.
    pub fn fill(&mut self, name: &str, value: &str) -> bool {
        let missing = !self.object.contains_key(name);
        if missing {
            self.object.insert(name.to_owned(), value.into());
        }
        missing
    }

    /// Returns the text of a field without taking it.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.object.get(name).and_then(Value::as_str)
    }

    /// Takes a required string. Returns `None` after noting an error.
    pub fn required<T>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, Invalid>,
    ) -> Option<T> {
        match self.object.remove(name) {
            None => {
                self.note(name, FieldErrorCode::Missing, "This field is required. Add it.".into());
                None
            }
            Some(value) => self.parse_string(name, &value, parse),
        }
    }

    /// Takes an optional string. Returns `None` if it is missing, or after noting an error.
    pub fn optional<T>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, Invalid>,
    ) -> Option<T> {
        let value = self.object.remove(name)?;
        self.parse_string(name, &value, parse)
    }

    fn parse_string<T>(
        &mut self,
        name: &'static str,
        value: &Value,
        parse: impl FnOnce(&str) -> Result<T, Invalid>,
    ) -> Option<T> {
        let Value::String(text) = value else {
            self.note(name, FieldErrorCode::WrongType, "This field must be a string.".into());
            return None;
        };
        parse(text).map_err(|invalid| self.reject(name, invalid)).ok()
    }

    /// Notes that the value of a field is invalid.
    pub fn reject(&mut self, name: &str, invalid: Invalid) {
        self.note(name, invalid.kind.into(), invalid.detail.into_owned());
    }

    /// Rejects a field that belongs to another operation, which `detail` names.
    pub fn reject_misplaced(&mut self, name: &str, detail: &str) {
        if self.object.remove(name).is_some() {
            self.note(name, FieldErrorCode::UnknownField, detail.to_owned());
        }
    }

    fn note(&mut self, name: &str, code: FieldErrorCode, detail: String) {
        if self.errors.len() < MAX_ERRORS {
            self.errors.push(FieldError::new(name, code, detail));
        }
    }

    /// Returns the value if there are no errors and no unknown fields.
    pub(crate) fn finish<T>(mut self, value: Option<T>) -> Result<T, Problem> {
        let unknown: Vec<String> = self.object.keys().cloned().collect();
        for name in unknown {
            self.note(&name, FieldErrorCode::UnknownField, "This field does not exist. Remove it.".into());
        }
        match value {
            Some(value) if self.errors.is_empty() => Ok(value),
            _ => Err(Problem::validation_failed(self.errors)),
        }
    }
}

impl From<Map<String, Value>> for Fields {
    fn from(object: Map<String, Value>) -> Self {
        Self { object, errors: Vec::new() }
    }
}

/// A JSON object without duplicate names.
struct UniqueObject(Map<String, Value>);

impl<'de> Deserialize<'de> for UniqueObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Unique;
        impl<'de> Visitor<'de> for Unique {
            type Value = UniqueObject;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<UniqueObject, A::Error> {
                let mut object = Map::new();
                while let Some((name, value)) = entries.next_entry::<String, Value>()? {
                    if object.insert(name, value).is_some() {
                        return Err(A::Error::custom("a name occurs twice"));
                    }
                }
                Ok(UniqueObject(object))
            }
        }
        deserializer.deserialize_map(Unique)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn any(text: &str) -> Result<String, Invalid> {
        Ok(text.to_owned())
    }

    #[test]
    fn all_errors_are_reported_at_once() {
        let mut fields = Fields::parse(br#"{"a": 1, "x/y~": true}"#).unwrap();
        let a = fields.required("a", any);
        let b = fields.required("b", any);
        let problem = fields.finish(a.zip(b)).unwrap_err();
        let errors = problem.body.errors.unwrap();
        let seen: Vec<_> = errors.iter().map(|e| (e.pointer.as_str(), e.code)).collect();
        assert_eq!(
            seen,
            [
                ("/a", FieldErrorCode::WrongType),
                ("/b", FieldErrorCode::Missing),
                ("/x~1y~0", FieldErrorCode::UnknownField)
            ]
        );
    }

    #[test]
    fn only_objects_with_unique_names_are_read() {
        for bad in ["", "[]", "1", "null", "\"a\"", "{", r#"{"a":1,"a":2}"#, r#"{"a":"\ud800"}"#, "{} {}"] {
            assert!(Fields::parse(bad.as_bytes()).is_err(), "{bad}");
        }
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(1000), "]".repeat(1000));
        assert!(Fields::parse(deep.as_bytes()).is_err());
        assert!(Fields::parse(b" {\"a\": \"b\"} ").unwrap().finish(Some(())).is_err());
    }
}
