//! countersign: an authentication server. First a password, then a countersign.

pub mod clock;
pub mod sandbox;
pub mod storage;
pub mod twilio;
