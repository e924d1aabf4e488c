//! The requests on the wire.

use base64::Engine;

use super::server::{Server, body, header};
use super::{
    ACCOUNT, CODE, PHONE, SERVICE, TOKEN, VERIFICATION, by, client, json, settings, sid, start, started,
};
use crate::{Channel, FriendlyName, Settings, StartVerification, VerifyClient};

#[tokio::test]
async fn start_is_a_form_with_basic_auth() {
    let server = Server::answering(started()).await;
    assert_eq!(start(&client(&server)).await.unwrap().sid, sid());
    let request = server.only_request();
    assert!(
        request.starts_with(&format!("POST /v2/Services/{SERVICE}/Verifications HTTP/1.1\r\n")),
        "{request}"
    );
    assert_eq!(header(&request, "content-type"), Some("application/x-www-form-urlencoded"));
    assert_eq!(header(&request, "accept"), Some("application/json"));
    let agent = concat!("twilio-verify/", env!("CARGO_PKG_VERSION"));
    assert_eq!(header(&request, "user-agent"), Some(agent));
    assert_eq!(header(&request, "referer"), None);
    let credentials = base64::engine::general_purpose::STANDARD.encode(format!("{ACCOUNT}:{TOKEN}"));
    assert_eq!(header(&request, "authorization"), Some(format!("Basic {credentials}").as_str()));
    assert_eq!(body(&request), "To=%2B15005550123&Channel=sms");
}

#[tokio::test]
async fn api_key_replaces_the_account_credentials() {
    let server = Server::answering(started()).await;
    let username = "SK00000000000000000000000000000001".to_owned();
    let client = VerifyClient::new(Settings { username, ..settings(server.base_url()) }).unwrap();
    start(&client).await.unwrap();
    let request = server.only_request();
    let credentials = header(&request, "authorization").unwrap().strip_prefix("Basic ").unwrap();
    let decoded = base64::engine::general_purpose::STANDARD.decode(credentials).unwrap();
    assert_eq!(decoded, format!("SK00000000000000000000000000000001:{TOKEN}").as_bytes());
}

#[tokio::test]
async fn parameters_that_a_channel_does_not_support_are_left_out() {
    for (channel, expected) in [
        (
            Channel::Sms,
            "To=%2B15005550123&Channel=sms&Locale=pt-BR&AppHash=a%2Fb%2Bc%3D&TemplateSid=HJ1&DeviceIp=2001%3Adb8%3A%3A1",
        ),
        (
            Channel::Call,
            "To=%2B15005550123&Channel=call&Locale=pt-BR&TemplateSid=HJ1&DeviceIp=2001%3Adb8%3A%3A1",
        ),
        (Channel::Whatsapp, "To=%2B15005550123&Channel=whatsapp&Locale=pt-BR&DeviceIp=2001%3Adb8%3A%3A1"),
    ] {
        let server = Server::answering(started()).await;
        let all = StartVerification {
            locale: Some("pt-BR"),
            app_hash: Some("a/b+c="),
            template_sid: Some("HJ1"),
            device_ip: Some("2001:db8::1".parse().unwrap()),
            ..by(channel)
        };
        client(&server).start(&all).await.unwrap();
        assert_eq!(body(&server.only_request()), expected);
    }
}

/// Threats: b11.
#[tokio::test]
async fn check_sends_the_sid_and_not_the_number() {
    let answer = format!(r#"{{"sid":"{VERIFICATION}","status":"pending"}}"#);
    let server = Server::answering(json(200, "", &answer)).await;
    client(&server).check(&sid(), "12 3&Code=4").await.map(|_| ()).unwrap();
    let request = server.only_request();
    assert!(
        request.starts_with(&format!("POST /v2/Services/{SERVICE}/VerificationCheck HTTP/1.1\r\n")),
        "{request}"
    );
    assert_eq!(body(&request), format!("VerificationSid={VERIFICATION}&Code=12+3%26Code%3D4"));
    assert!(!request.contains(&PHONE[1..]));
}

#[tokio::test]
async fn cancel_and_create_service_are_forms() {
    let answer = format!(r#"{{"sid":"{VERIFICATION}","status":"canceled"}}"#);
    let server = Server::answering(json(200, "", &answer)).await;
    client(&server).cancel(&sid()).await.unwrap();
    let request = server.only_request();
    let path = format!("POST /v2/Services/{SERVICE}/Verifications/{VERIFICATION} HTTP/1.1\r\n");
    assert!(request.starts_with(&path), "{request}");
    assert_eq!(body(&request), "Status=canceled");

    let server = Server::answering(json(201, "", &format!(r#"{{"sid":"{SERVICE}"}}"#))).await;
    let without_service = Settings { service_sid: String::new(), ..settings(server.base_url()) };
    let created = VerifyClient::new(without_service)
        .unwrap()
        .create_service(&FriendlyName::parse("My shop").unwrap())
        .await
        .unwrap();
    assert_eq!(created.as_str(), SERVICE);
    let request = server.only_request();
    assert!(request.starts_with("POST /v2/Services HTTP/1.1\r\n"), "{request}");
    assert_eq!(body(&request), "FriendlyName=My+shop");
}

#[tokio::test]
async fn base_url_may_have_a_path() {
    for suffix in ["/twilio", "/twilio/"] {
        let server = Server::answering(started()).await;
        let base_url = server.base_url() + suffix;
        start(&VerifyClient::new(settings(base_url)).unwrap()).await.unwrap();
        assert!(server.only_request().starts_with("POST /twilio/v2/Services/VA"));
    }
}

#[tokio::test]
async fn connection_is_reused() {
    let answer = json(200, "", &format!(r#"{{"sid":"{VERIFICATION}","status":"pending"}}"#));
    let server = Server::playing([started(), answer].map(super::server::Reply::Bytes)).await;
    let client = client(&server);
    start(&client).await.unwrap();
    client.clone().check(&sid(), CODE).await.map(|_| ()).unwrap();
    assert_eq!(server.connections(), 1);
}
