//! Listeners, bound before anything is announced.

use std::net::{SocketAddr, TcpListener};

use super::{Failure, open_files};

/// Binds an address, for as many connections as the system allows. `flag`: what to change when that fails.
pub(super) fn bind(address: SocketAddr, flag: &str) -> Result<(TcpListener, SocketAddr), Failure> {
    let failed =
        |error| Failure::Failed(format!("cannot listen on {address}: {error}; choose another with {flag}"));
    open_files::allow_many();
    let listener = TcpListener::bind(address).map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((listener, bound))
}

/// Refuses an address that others can reach, unless that was asked for: nothing in test mode is a secret.
pub(super) fn check_loopback(address: SocketAddr, allow_remote: bool) -> Result<(), Failure> {
    if allow_remote || address.ip().is_loopback() {
        return Ok(());
    }
    Err(Failure::Usage(format!(
        "{address} can be reached from other machines, and codes can be read there by anybody; --allow-remote permits it"
    )))
}
