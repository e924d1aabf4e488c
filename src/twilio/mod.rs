//! The client of Twilio Verify v2.
