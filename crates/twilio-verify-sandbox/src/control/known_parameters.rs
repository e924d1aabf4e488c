//! Rejects unknown parameters. Without this check, a misspelled `account` would select the messages of all accounts.

use std::collections::{BTreeSet, HashMap};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::{Error, ResponseError, web};
use utoipa::openapi::RefOr;
use utoipa::openapi::path::{Operation, Parameter, ParameterIn};

use super::openapi;
use super::problem::Problem;
use crate::options::Extension;

/// The query parameters of each operation, taken from the document, so that the two cannot differ.
#[derive(Debug)]
pub(crate) struct KnownParameters(HashMap<(Method, String), BTreeSet<String>>);

impl KnownParameters {
    /// Collects those of the control API and of the extension.
    pub(crate) fn new(extension: Option<&Extension>) -> Self {
        let mut known = HashMap::new();
        for (path, item) in openapi::document(extension).paths.paths {
            for (method, operation) in
                [(Method::GET, item.get), (Method::POST, item.post), (Method::DELETE, item.delete)]
            {
                known.extend(operation.map(|operation| ((method, path.clone()), in_query(operation))));
            }
        }
        Self(known)
    }

    /// Returns the problem of the first unknown parameter. Paths that are not in the document accept any.
    fn unknown(&self, method: &Method, path: String, query: &str) -> Option<Problem> {
        let known = self.0.get(&(method.clone(), path))?;
        let pairs = web::Query::<Vec<(String, String)>>::from_query(query).ok()?.into_inner();
        let (name, _) = pairs.into_iter().find(|(name, _)| !known.contains(name))?;
        let names: Vec<_> = known.iter().map(|name| format!("`{name}`")).collect();
        let others = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        Some(Problem::invalid(format!(
            "`{name}` is not a parameter of this operation. Its parameters: {others}."
        )))
    }
}

fn in_query(operation: Operation) -> BTreeSet<String> {
    let name = |parameter| match parameter {
        RefOr::T(Parameter { name, parameter_in: ParameterIn::Query, .. }) => Some(name),
        _ => None,
    };
    operation.parameters.unwrap_or_default().into_iter().filter_map(name).collect()
}

/// The middleware that rejects them.
pub(super) async fn only_known(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let unknown = request
        .app_data::<web::Data<KnownParameters>>()
        .and_then(|known| known.unknown(request.method(), request.match_pattern()?, request.query_string()));
    if let Some(problem) = unknown {
        return Ok(request.into_response(problem.error_response()));
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}
