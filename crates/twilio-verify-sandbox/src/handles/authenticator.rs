//! The virtual authenticator.

use crate::state::State;

/// Returns the code that an authenticator shows now for a TOTP factor of one account, or of any.
pub(crate) fn code(state: &State, account_sid: Option<&str>, factor_sid: &str) -> Option<String> {
    let now = state.clock.now();
    state.accounts().factor(account_sid, factor_sid, now).map(|factor| factor.code(now))
}
