//! Everything that no route takes: 404, or 405 where the path exists.

use std::collections::HashSet;

use actix_web::dev::ResourceDef;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use serde_json::Value;

use super::error_code::ErrorCode;
use super::problem::Problem;

/// Which methods each path of the API takes.
pub struct PathTable {
    methods: Vec<(String, String)>,
    fixed: HashSet<String>,
}

impl PathTable {
    /// Reads the paths from the OpenAPI document, so that there is one list of them.
    pub fn from_document(document: &Value) -> Self {
        let paths = document.get("paths").and_then(Value::as_object).into_iter().flatten();
        let table = paths.map(|(path, item)| {
            let methods = item.as_object().into_iter().flat_map(|item| item.keys());
            (path.clone(), methods.map(|method| allowed(method)).collect::<Vec<_>>().join(", "))
        });
        let fixed = ["/openapi.json", "/docs", "/docs/"].map(|path| (path.to_owned(), allowed("get")));
        let methods: Vec<(String, String)> = table.chain(fixed).collect();
        let fixed =
            methods.iter().map(|(path, _)| path).filter(|path| !path.contains('{')).cloned().collect();
        Self { methods, fixed }
    }

    /// Whether a path stands in the document as it is: then it is its own pattern, and no pattern need be looked for.
    pub(crate) fn is_fixed(&self, path: &str) -> bool {
        self.fixed.contains(path)
    }

    fn methods(&self, path: &str) -> Option<&str> {
        self.methods
            .iter()
            .find(|(pattern, _)| ResourceDef::new(pattern.as_str()).is_match(path))
            .map(|(_, methods)| methods.as_str())
    }
}

/// A method as `Allow` has it; whatever answers GET answers HEAD.
fn allowed(method: &str) -> String {
    match method {
        "get" => "GET, HEAD".to_owned(),
        method => method.to_uppercase(),
    }
}

/// The handler behind all routes.
pub async fn fallback(request: HttpRequest, table: Data<PathTable>) -> HttpResponse {
    let Some(methods) = table.methods(request.path()) else {
        return Problem::new(ErrorCode::NotFound).error_response();
    };
    let mut problem = Problem::new(ErrorCode::MethodNotAllowed);
    problem.allow = Some(methods.to_owned());
    problem.error_response()
}
