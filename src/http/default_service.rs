//! Answers requests that match no route: 405 if the path exists, otherwise 404.

use std::collections::HashSet;

use actix_web::dev::ResourceDef;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use serde_json::Value;

use super::answer::error_code::ErrorCode;
use super::answer::problem::Problem;

/// The methods that each path of the API supports.
pub struct PathTable {
    /// Pairs of a path pattern and the value of its header `Allow`.
    methods: Vec<(String, String)>,
    /// The paths without parameters.
    fixed: HashSet<String>,
}

impl PathTable {
    /// Reads the paths from the OpenAPI document, which is the one list of them.
    pub fn from_document(document: &Value) -> Self {
        let paths = document.get("paths").and_then(Value::as_object).into_iter().flatten();
        let documented = paths.map(|(path, item)| {
            let methods = item.as_object().into_iter().flat_map(|item| item.keys());
            (path.clone(), methods.map(|method| allow_value(method)).collect::<Vec<_>>().join(", "))
        });
        let undocumented =
            ["/openapi.json", "/docs", "/docs/"].map(|path| (path.to_owned(), allow_value("get")));
        let methods: Vec<(String, String)> = documented.chain(undocumented).collect();
        let fixed =
            methods.iter().map(|(path, _)| path).filter(|path| !path.contains('{')).cloned().collect();
        Self { methods, fixed }
    }

    /// Whether a path is a pattern without parameters.
    pub(super) fn is_fixed(&self, path: &str) -> bool {
        self.fixed.contains(path)
    }

    fn allow_header(&self, path: &str) -> Option<&str> {
        self.methods
            .iter()
            .find(|(pattern, _)| ResourceDef::new(pattern.as_str()).is_match(path))
            .map(|(_, methods)| methods.as_str())
    }
}

/// Returns a method of the document as the header `Allow` lists it. Every path that supports GET supports
/// HEAD.
fn allow_value(method: &str) -> String {
    match method {
        "get" => "GET, HEAD".to_owned(),
        method => method.to_uppercase(),
    }
}

/// The handler of requests that match no route.
pub async fn default_service(request: HttpRequest, table: Data<PathTable>) -> HttpResponse {
    let Some(methods) = table.allow_header(request.path()) else {
        return Problem::new(ErrorCode::NotFound).error_response();
    };
    let mut problem = Problem::new(ErrorCode::MethodNotAllowed);
    problem.allow = Some(methods.to_owned());
    problem.error_response()
}
