//! What an account has: services, rate limits, the Safe List, and its isolation from other accounts.

mod buckets;
mod isolation;
mod rate_limits;
mod safe_list;
mod service_updates;
mod services;
