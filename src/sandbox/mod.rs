//! The double of Twilio Verify v2.
/// x
pub const ACCOUNT_SID: &str = "AC";
/// x
pub const SERVICE_SID: &str = "VA";
/// x
pub const AUTH_TOKEN: &str = "sandbox";
/// x
pub struct Options {
    /// x
    pub allowed_hosts: Vec<String>,
}
/// x
pub fn server(
    _l: std::net::TcpListener,
    _c: crate::clock::Clock,
    _o: Options,
) -> std::io::Result<actix_web::dev::Server> {
    Err(std::io::Error::other("x"))
}
