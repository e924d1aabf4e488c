//! Property tests: arbitrary headers and bodies are parsed or rejected, and nothing panics.

use actix_web::http::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use proptest::prelude::*;
use serde_json::Value;

use super::bearer::bearer;
use super::client_ip::TrustedProxies;
use super::fields::Fields;

/// Generates JSON values of moderate depth.
fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 30, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::hash_map("(email|password|code|\\PC{0,8})", inner, 0..5)
                .prop_map(|object| Value::Object(object.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn bearer_token_is_the_text_after_the_scheme(bytes in prop::collection::vec(any::<u8>(), 0..60), scheme in "([Bb]earer |Basic |)") {
        let sent = [scheme.as_bytes(), &bytes].concat();
        let Ok(value) = HeaderValue::from_bytes(&sent) else { return Ok(()) };
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, value.clone());
        let read = bearer(&headers).unwrap();
        if let Some(token) = read {
            prop_assert!(!token.is_empty() && token == token.trim_matches(' '));
        }
        headers.append(AUTHORIZATION, value);
        prop_assert!(bearer(&headers).is_err());
    }

    /// Threats: c18.
    #[test]
    fn bodies_are_objects_or_rejected(bytes in prop::collection::vec(any::<u8>(), 0..200), json in json()) {
        prop_assert!(Fields::parse(&bytes).is_err() || serde_json::from_slice::<Value>(&bytes).unwrap().is_object());
        let mut fields = match (Fields::parse(json.to_string().as_bytes()), json.is_object()) {
            (Ok(fields), true) => fields,
            (Err(_), false) => return Ok(()),
            (_, is_object) => return Err(TestCaseError::fail(format!("{json} is an object: {is_object}"))),
        };
        let email = fields.required("email", |text| Ok(text.to_owned()));
        let password = fields.optional("password", |text| Ok(text.to_owned()));
        prop_assert_eq!(email.as_deref(), json["email"].as_str());
        let finished = fields.finish(email.map(|email| (email, password)));
        // Accepted only without other fields and without values of other types.
        let known = json.as_object().unwrap().keys().all(|name| ["email", "password"].contains(&name.as_str()));
        let texts = json.as_object().unwrap().values().all(Value::is_string);
        prop_assert_eq!(finished.is_ok(), known && texts && json["email"].is_string());
    }

    #[test]
    fn only_a_trusted_proxy_can_set_the_client_address(named in "[0-9a-f.:, ]{0,60}", peer in any::<[u8; 4]>()) {
        let peer = std::net::SocketAddr::from((peer, 1));
        let request = actix_web::test::TestRequest::default()
            .peer_addr(peer)
            .insert_header(("x-forwarded-for", named))
            .to_http_request();
        prop_assert_eq!(TrustedProxies::default().client_ip(&request), Some(peer.ip()));
        let all = TrustedProxies(vec!["0.0.0.0/0".parse().unwrap(), "::/0".parse().unwrap()]);
        prop_assert!(all.client_ip(&request).is_some());
    }
}
