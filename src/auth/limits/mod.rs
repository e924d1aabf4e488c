//! Rate limits: which limits a request counts against ([`rules`]), how they count (`throttle`), and what a client learns
//! of them (`limit_report`).

pub(crate) mod admission;
pub(crate) mod conversion_guard;
pub(crate) mod conversion_rule;
pub(crate) mod emit_report;
pub(crate) mod known_client;
pub(crate) mod limit_check;
pub(crate) mod limit_kind;
pub(crate) mod limit_report;
pub(crate) mod network;
pub(crate) mod quota;
pub(crate) mod rate;
pub(crate) mod reservation;
pub(crate) mod rules;
pub(crate) mod send;
pub(crate) mod settings;
pub(crate) mod throttle;

pub(crate) use rules::Limits;
