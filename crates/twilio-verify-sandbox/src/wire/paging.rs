//! Lists in pages. The token locates a page. Its number is only for the client (Twilio's description), so no resource is
//! skipped or repeated if others are created or deleted between two pages.

use std::cmp::Ordering;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::twilio::errors::TwilioError;
use crate::twilio::form::Form;

/// Resources on a page, unless the query says otherwise (Twilio's description).
const DEFAULT_SIZE: usize = 50;
/// The maximum of resources on a page (Twilio's description).
const MAX_SIZE: usize = 1_000;
/// The parameters that select the page. All others filter the list.
const OWN: [&str; 3] = ["PageSize", "Page", "PageToken"];

/// A resource in a list.
pub(super) trait Listed {
    /// Returns its creation time and SID, which determine the order. The newest comes first by default.
    fn place(&self) -> (DateTime<Utc>, &str);
}

impl<T: Listed> Listed for &T {
    fn place(&self) -> (DateTime<Utc>, &str) {
        (*self).place()
    }
}

/// The beginning or end of a page: next to a resource that may have been deleted since.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    /// Begins with the first resource after this one.
    After(i64, String),
    /// Ends with the last resource before this one.
    Before(i64, String),
}

impl Token {
    /// Parses `PA` or `PB`, nanoseconds since the epoch, a hyphen and a SID.
    fn parse(text: &str) -> Option<Self> {
        let (kind, place) = text.split_at_checked(2)?;
        let (nanos, sid) = place.split_once('-')?;
        let nanos = nanos.parse().ok()?;
        let sid = sid.to_owned();
        match kind {
            "PA" => Some(Self::After(nanos, sid)),
            "PB" => Some(Self::Before(nanos, sid)),
            _ => None,
        }
    }

    fn text(kind: &str, resource: &impl Listed) -> String {
        let (nanos, sid) = place(resource);
        format!("{kind}{nanos}-{sid}")
    }
}

fn place(resource: &impl Listed) -> (i64, &str) {
    let (made_at, sid) = resource.place();
    // The clock is at most ten years ahead, so it does not reach the last representable time (2262).
    (made_at.timestamp_nanos_opt().unwrap_or(i64::MAX), sid)
}

/// The requested page of a list.
#[derive(Debug)]
pub(super) struct Page {
    url: String,
    /// The other parameters of the query, unchanged, each after an ampersand.
    filters: String,
    number: u32,
    size: usize,
    token: Option<Token>,
    oldest_first: bool,
}

impl Page {
    /// Reads a query. `url` is the URL of the list, without a query.
    ///
    /// # Errors
    /// 60200 for an invalid size, number or token; 20001 for a later page without a token.
    pub(super) fn new(url: String, query: &str) -> Result<Self, TwilioError> {
        let form = Form::from_query(query)?;
        let size = form.integer("PageSize", 1, MAX_SIZE)?.unwrap_or(DEFAULT_SIZE);
        let number = form.integer("Page", 0, u32::MAX)?.unwrap_or(0);
        let unknown = |text| TwilioError::invalid("PageToken", text);
        let token = form.get("PageToken").map(|text| Token::parse(text).ok_or_else(|| unknown(text)));
        let token = token.transpose()?;
        if token.is_none() && number > 0 {
            return Err(TwilioError::page_token_required());
        }
        let is_filter = |pair: &&str| OWN.iter().all(|own| pair.split('=').next() != Some(*own));
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        let filters = pairs.filter(is_filter).map(|pair| format!("&{pair}")).collect();
        Ok(Self { url, filters, number, size, token, oldest_first: false })
    }

    /// Reverses the order of the list.
    pub(super) fn oldest_first(self) -> Self {
        Self { oldest_first: true, ..self }
    }

    /// Returns the answer: this page of `resources` under `key`, each formatted by `render`, and links to other pages.
    pub(super) fn of<T: Listed>(
        self,
        key: &str,
        mut resources: Vec<T>,
        render: impl Fn(&T) -> Value,
    ) -> Value {
        resources.sort_unstable_by(|one, other| self.order(place(one), place(other)));
        let begin = self.begin(&resources);
        let rest = resources.get(begin..).unwrap_or_default();
        let page = rest.get(..self.size).unwrap_or(rest);
        let next = page.last().filter(|_| rest.len() > page.len());
        let previous = page.first().filter(|_| begin > 0);
        let next = next.map(|last| self.link(self.number.saturating_add(1), &Token::text("PA", last)));
        let previous =
            previous.map(|first| self.link(self.number.saturating_sub(1), &Token::text("PB", first)));
        json!({
            key: page.iter().map(render).collect::<Vec<_>>(),
            "meta": {
                "page": self.number,
                "page_size": self.size,
                "first_page_url": self.link(0, ""),
                "previous_page_url": previous,
                "next_page_url": next,
                "url": self.own_link(),
                "key": key,
            },
        })
    }

    /// Returns the index of the page's first resource.
    fn begin<T: Listed>(&self, in_order: &[T]) -> usize {
        let order = |resource: &T, nanos: &i64, sid: &str| self.order(place(resource), (*nanos, sid));
        match &self.token {
            None => 0,
            Some(Token::After(nanos, sid)) => {
                in_order.partition_point(|resource| order(resource, nanos, sid).is_le())
            }
            Some(Token::Before(nanos, sid)) => in_order
                .partition_point(|resource| order(resource, nanos, sid).is_lt())
                .saturating_sub(self.size),
        }
    }

    fn order(&self, one: (i64, &str), other: (i64, &str)) -> Ordering {
        if self.oldest_first { one.cmp(&other) } else { other.cmp(&one) }
    }

    fn own_link(&self) -> String {
        let token = match &self.token {
            None => String::new(),
            Some(Token::After(nanos, sid)) => format!("PA{nanos}-{sid}"),
            Some(Token::Before(nanos, sid)) => format!("PB{nanos}-{sid}"),
        };
        self.link(self.number, &token)
    }

    fn link(&self, number: u32, token: &str) -> String {
        let Self { url, filters, size, .. } = self;
        let token = if token.is_empty() { String::new() } else { format!("&PageToken={token}") };
        format!("{url}?PageSize={size}&Page={number}{token}{filters}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A resource whose SID contains its creation time in nanoseconds.
    struct Resource(i64, String);

    impl Listed for Resource {
        fn place(&self) -> (DateTime<Utc>, &str) {
            (DateTime::from_timestamp_nanos(self.0), &self.1)
        }
    }

    fn resources(made_at: impl IntoIterator<Item = i64>) -> Vec<Resource> {
        made_at.into_iter().map(|nanos| Resource(nanos, format!("VA{nanos}"))).collect()
    }

    fn list(url: &str, made_at: impl IntoIterator<Item = i64>) -> (Vec<i64>, Value) {
        let (url, query) = url.split_once('?').unwrap_or((url, ""));
        let page = Page::new(url.to_owned(), query).unwrap();
        let answer = page.of("things", resources(made_at), |resource| json!(resource.0));
        let things = answer["things"].as_array().unwrap().iter().map(|thing| thing.as_i64().unwrap());
        (things.collect(), answer["meta"].clone())
    }

    #[test]
    fn pages_link_to_the_next_and_the_previous() {
        let (things, meta) = list("http://x/v2/Things?PageSize=2&Status=a%20b", 1..=5);
        assert_eq!(things, [5, 4]);
        assert_eq!(meta["url"], "http://x/v2/Things?PageSize=2&Page=0&Status=a%20b");
        assert_eq!((&meta["first_page_url"], &meta["previous_page_url"]), (&meta["url"], &Value::Null));
        assert_eq!(
            (&meta["page"], &meta["page_size"], &meta["key"]),
            (&json!(0), &json!(2), &json!("things"))
        );
        let (things, meta) = list(meta["next_page_url"].as_str().unwrap(), 1..=5);
        assert_eq!((things, &meta["page"]), (vec![3, 2], &json!(1)));
        let (things, last) = list(meta["next_page_url"].as_str().unwrap(), 1..=5);
        assert_eq!((things, &last["next_page_url"]), (vec![1], &Value::Null));
        let (things, again) = list(last["previous_page_url"].as_str().unwrap(), 1..=5);
        assert_eq!((things, &again["page"]), (vec![3, 2], &json!(1)));
        let (things, _) = list(again["previous_page_url"].as_str().unwrap(), 1..=5);
        assert_eq!(things, [5, 4]);
    }

    #[test]
    fn pages_stay_consistent_while_resources_change() {
        let (_, meta) = list("http://x/?PageSize=2", 1..=5);
        let next = meta["next_page_url"].as_str().unwrap();
        assert_eq!(list(next, [1, 2, 3, 6, 7]).0, [3, 2]);
        assert_eq!(list(next, [6, 7]).0, [0; 0]);
        assert_eq!(list(next, []).1["next_page_url"], Value::Null);
    }

    #[test]
    fn invalid_pages_are_rejected() {
        for query in ["PageSize=0", "PageSize=1001", "PageSize=x", "Page=-1", "Page=1", "PageToken=5"] {
            assert!(Page::new(String::new(), query).is_err(), "{query}");
        }
        for token in ["PA", "PA1", "PAx-VA", "PC1-VA", "é"] {
            assert!(Page::new(String::new(), &format!("Page=1&PageToken={token}")).is_err(), "{token}");
        }
        assert!(Page::new(String::new(), "PageSize=1000&Page=0").is_ok());
    }
}
