//! The protocol: requests, answers, tokens, access rules and the OpenAPI document.

mod access_matrix;
mod bodies;
mod connections;
mod forged_tokens;
mod guards;
mod head;
mod hygiene;
mod many_clients;
mod openapi;
