//! Parses settings that are lists.

use serde::Deserialize;
use serde::de::{Deserializer, Error as _};

use crate::auth::Rate;

/// A list, or text or a number that represents one.
#[derive(Deserialize)]
#[serde(untagged)]
enum ListOrText {
    List(Vec<String>),
    Text(String),
    Number(u32),
}

/// Deserializes a list. In an environment variable, commas separate the entries. An entry 0 counts as none,
/// because people write it to empty a list.
pub(super) fn list<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: std::str::FromStr<Err: std::fmt::Display>,
{
    entries(ListOrText::deserialize(deserializer)?).map_err(D::Error::custom)
}

/// Deserializes the rates of a limit. An empty text is an error and does not switch the limit off, because
/// scripts often leave variables empty by mistake.
pub(super) fn rates<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Rate>, D::Error> {
    match ListOrText::deserialize(deserializer)? {
        ListOrText::Text(text) if text.trim().is_empty() => Err(D::Error::custom(
            "the limit is empty. Leave it out to get the default, or write 0 to switch it off",
        )),
        other => entries(other).map_err(D::Error::custom),
    }
}

fn entries<T: std::str::FromStr<Err: std::fmt::Display>>(list: ListOrText) -> Result<Vec<T>, String> {
    let entries = match list {
        ListOrText::List(entries) => entries,
        ListOrText::Number(number) => vec![number.to_string()],
        ListOrText::Text(text) => text.split(',').map(|entry| entry.trim().to_owned()).collect(),
    };
    entries
        .iter()
        .filter(|entry| !matches!(entry.as_str(), "" | "0"))
        .map(|entry| entry.parse().map_err(|error| format!("{entry}: {error}")))
        .collect()
}
