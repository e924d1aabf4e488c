//! Many requests at once.

use futures_util::future::join_all;

use super::Answer;

/// The answers to requests that were all sent before the first answer came.
pub async fn at_once(requests: impl IntoIterator<Item = impl Future<Output = Answer>>) -> Vec<Answer> {
    join_all(requests).await
}

/// How many answers have this status and, if they are problems, this code.
pub fn count(answers: &[Answer], status: u16, code: Option<&str>) -> usize {
    answers.iter().filter(|answer| (answer.status, answer.body["code"].as_str()) == (status, code)).count()
}
