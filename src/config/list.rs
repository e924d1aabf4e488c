//! Settings that are lists.

use serde::Deserialize;
use serde::de::{Deserializer, Error as _};

use crate::auth::Rate;

/// One of both.
#[derive(Deserialize)]
#[serde(untagged)]
enum ListOrText {
    List(Vec<String>),
    Text(String),
    Number(u32),
}

/// A list, or what an environment variable can hold of one: entries separated by commas. 0 is none, where people would
/// write it.
pub(super) fn list<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: std::str::FromStr<Err: std::fmt::Display>,
{
    entries(ListOrText::deserialize(deserializer)?).map_err(D::Error::custom)
}

/// The rates of a limit. An empty variable is no way to switch one off: too many a script leaves one behind by mistake.
pub(super) fn rates<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Rate>, D::Error> {
    match ListOrText::deserialize(deserializer)? {
        ListOrText::Text(text) if text.trim().is_empty() => {
            Err(D::Error::custom("a limit is empty: leave it out for its default, or write 0 for no limit"))
        }
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
