//! Binds listeners, before the `ready` line.

use std::net::{SocketAddr, TcpListener};

use super::{Failure, open_files};

/// Binds an address, with as many connections as the system allows. The error names `flag`, which changes the
/// address.
pub(super) fn bind(address: SocketAddr, flag: &str) -> Result<(TcpListener, SocketAddr), Failure> {
    let failed = |error| {
        Failure::Failed(format!("cannot listen on {address}: {error}. Choose another address with {flag}"))
    };
    open_files::raise_limit();
    let listener = TcpListener::bind(address).map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((listener, bound))
}

/// Rejects an address that other machines can reach, unless `allow_remote` is set. Nothing in test mode is
/// secret.
pub(super) fn check_loopback(address: SocketAddr, allow_remote: bool) -> Result<(), Failure> {
    if allow_remote || address.ip().is_loopback() {
        return Ok(());
    }
    Err(Failure::Usage(format!(
        "other machines can reach {address} and read codes there. Use a loopback address, or allow it with \
         --allow-remote"
    )))
}
