//! The Twilio API as a whole: access, coverage, paging and Lookup.

mod access;
mod coverage;
mod lookup;
mod paging;
