//! What stands for Twilio: it takes every number and approves every code. Twilio does its work on other machines; the
//! project's own sandbox would do it on this one, and take from the server what is measured.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};

use actix_web::{App, HttpResponse, HttpServer, web};

use crate::Failure;
use crate::servers::{bind, start};

/// Verifications that were started.
static STARTED: AtomicU64 = AtomicU64::new(0);

/// Answers until the process ends.
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

/// Reads the form: a connection whose request was not read is closed, and the next log-in would open another.
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
