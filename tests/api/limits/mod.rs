//! Rate limits, abuse, and what codes cost.

mod abuse;
mod conversion;
mod counters;
mod hashing;
mod headers;
mod leaky_bucket;
mod line_types;
mod overload;
mod pumping;
mod regions;
mod sends;
mod sign_ups_and_resets;
mod wrong_codes;
mod wrong_passwords;
