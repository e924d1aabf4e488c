//! Twilio and its test double: failures of the provider, the sandbox, and test mode.

mod circuit_breaker;
mod failed_checks;
mod failed_sends;
mod faults;
mod fixtures;
mod numbers;
mod stages;
mod test_mode;
mod test_mode_answers;
mod test_mode_sandbox;
mod test_mode_serve;
mod test_mode_twilio;
mod timeouts;
