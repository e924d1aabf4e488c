//! Types of stored values: what a column holds, as the rest of the program uses it.

pub(crate) mod activity_kind;
pub(crate) mod amr;
pub(crate) mod channel;
pub(crate) mod end_reason;
pub(crate) mod event_kind;
pub(crate) mod mode;
pub(crate) mod purpose;
pub(crate) mod sql_types;
pub(crate) mod text_enum;

#[cfg(test)]
mod tests;
