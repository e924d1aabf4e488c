//! A stand-in for Twilio that accepts every number and approves every code. The sandbox does more work, and
//! would take CPU time from the server under test. The real Twilio runs on other machines.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};

use actix_web::{App, HttpResponse, HttpServer, web};

use crate::Failure;
use crate::servers::{bind, start};

/// The number of verifications so far.
static STARTED: AtomicU64 = AtomicU64::new(0);

/// Starts the stand-in. It runs until the process ends.
pub fn twilio() -> Result<SocketAddr, Failure> {
    let (listener, address) = bind()?;
    start(async move || {
        let app = || {
            App::new()
                .route("/sandbox/code", web::get().to(|| async { "123456" }))
                .route("/v2/Services/{service}/Verifications", web::post().to(verification))
                .route("/v2/Services/{service}/VerificationCheck", web::post().to(check))
        };
        Ok((HttpServer::new(app).workers(1).disable_signals().listen(listener)?.run(), ()))
    })?;
    Ok(address)
}

/// Reads the form, because actix-web closes a connection with an unread body. The next log-in would need a
/// new one.
async fn verification(_form: String) -> HttpResponse {
    let sid = format!("VE{:032x}", STARTED.fetch_add(1, Ordering::Relaxed));
    HttpResponse::Created().content_type("application/json").body(format!(r#"{{"sid":"{sid}"}}"#))
}

async fn check(form: String) -> HttpResponse {
    let fields = form.split('&').filter_map(|field| field.split_once('='));
    let sid = fields.into_iter().find(|(name, _)| *name == "VerificationSid").map_or("", |(_, value)| value);
    let body = format!(r#"{{"sid":"{sid}","status":"approved"}}"#);
    HttpResponse::Ok().content_type("application/json").body(body)
}
