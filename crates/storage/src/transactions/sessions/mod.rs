//! The transactions that open, refresh and end sessions.

pub(crate) mod end_sessions;
pub(crate) mod open_session;
pub(crate) mod rotate_refresh_token;
