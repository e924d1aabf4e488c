//! `/openapi.json` and `/docs/`: Swagger UI, served from the binary.

use std::sync::Arc;

use actix_web::http::header;
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpResponse, Responder};
use serde_json::Value;
use utoipa_swagger_ui::Config;

use crate::http::answer::error_code::ErrorCode;
use crate::http::answer::problem::Problem;

/// Allows what Swagger UI needs: files of this server, inline styles, and a logo that is a data URL.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";
/// Replaces the bundled initializer. Fills in the tokens that log in and verify return.
const INITIALIZER: &str = include_str!("swagger_initializer.js");

/// The OpenAPI document as JSON text, rendered once.
#[derive(Clone)]
pub struct Document(web::Bytes);

impl Document {
    /// Renders the document.
    pub fn render(document: &Value) -> Self {
        Self(document.to_string().into())
    }
}

/// Registers the paths.
pub fn configure(config: &mut ServiceConfig) {
    config
        .route("/openapi.json", web::get().to(document))
        .route("/docs", web::get().to(|| async { web::Redirect::to("/docs/").permanent() }))
        .route("/docs/{file:.*}", web::get().to(file));
}

async fn document(document: Data<Document>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "public, max-age=300"))
        .content_type("application/json")
        .body(document.0.clone())
}

async fn file(path: web::Path<String>) -> Result<impl Responder, Problem> {
    let found = match path.as_str() {
        "swagger-initializer.js" => Some((INITIALIZER.as_bytes().into(), "text/javascript".to_owned())),
        path => utoipa_swagger_ui::serve(path, Arc::new(Config::from("/openapi.json")))
            .map_err(Problem::internal)?
            .map(|file| (file.bytes, file.content_type)),
    };
    let (bytes, content_type) = found.ok_or_else(|| Problem::new(ErrorCode::NotFound))?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .insert_header((header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY))
        .content_type(content_type)
        .body(bytes.into_owned()))
}
