//! Settings that are lists.

use serde::Deserialize;
use serde::de::{Deserializer, Error as _};

/// A list, or what an environment variable can hold of one: entries separated by commas. 0 is none, where people would
/// write it.
pub(super) fn list<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: std::str::FromStr<Err: std::fmt::Display>,
{
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum ListOrText {
        List(Vec<String>),
        Text(String),
        Number(u32),
    }
    let entries = match ListOrText::deserialize(deserializer)? {
        ListOrText::List(entries) => entries,
        ListOrText::Number(number) => vec![number.to_string()],
        ListOrText::Text(text) => text.split(',').map(|entry| entry.trim().to_owned()).collect(),
    };
    entries
        .iter()
        .filter(|entry| !matches!(entry.as_str(), "" | "0"))
        .map(|entry| entry.parse().map_err(|error| D::Error::custom(format!("{entry}: {error}"))))
        .collect()
}
