//! The double of Twilio Verify v2.
