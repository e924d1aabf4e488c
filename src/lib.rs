//! countersign: an authentication server. First a password, then a countersign.

pub mod clock;
pub mod ids;
pub mod sandbox;
pub mod twilio;
