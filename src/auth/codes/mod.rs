//! One-time codes: the rules of a challenge, sending a code and counting its checks.

pub(crate) mod challenge;
pub(crate) mod challenge_view;
pub(crate) mod channel;
pub(crate) mod line_lookup;
pub(crate) mod line_type;
pub(crate) mod reserve_check;
pub(crate) mod send_code;
