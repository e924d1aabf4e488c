//! A standalone sandbox on port 3001. In a clone, `cargo run -p twilio-verify-sandbox --example server` starts it. The
//! Enter key stops it.

#![allow(clippy::print_stdout, reason = "the example is for people")]

use std::error::Error;
use std::io;
use std::net::SocketAddr;

use twilio_verify_sandbox::Sandbox;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let address = SocketAddr::from(([127, 0, 0, 1], 3001));
    let started = Sandbox::builder().listen(address).start().await;
    let sandbox = started.map_err(|error| format!("cannot listen on {address}: {error}"))?;
    println!("Twilio's address   {}", sandbox.url());
    println!("account SID        {}", sandbox.account_sid());
    println!("auth token         {}", sandbox.auth_token());
    println!("service SID        {}", sandbox.service_sid());
    println!("\nOpen {}/ to see the virtual phones. Press Enter to stop.", sandbox.url());
    io::stdin().read_line(&mut String::new())?;
    Ok(())
}
