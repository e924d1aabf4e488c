//! Security events: the user's activity, the audit log and webhook messages.

pub(crate) mod activity;
pub(crate) mod event;
pub(crate) mod failed_log_in;
pub(crate) mod recording;
