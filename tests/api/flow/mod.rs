//! The operations of the API, one file per topic: from sign-up to deletion.

mod activity;
mod deletion;
mod email_change;
mod indistinguishable;
mod login;
mod logout;
mod lookalikes;
mod password_change;
mod password_reset;
mod password_reset_failures;
mod passwords;
mod phone_change;
mod phone_change_races;
mod profile;
mod refresh;
mod resend;
mod sessions;
mod signup;
mod tokens;
mod unverified;
mod verify;
mod walkthrough;
