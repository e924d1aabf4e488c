//! The operations of Verify v2. Unsupported ones must fail: a fake success would hide an error that Twilio
//! reports.

use serde_json::json;

use crate::tests::*;
use crate::twilio::operations::{Api, Operation};

/// The operations of Verify v2 in Twilio's OpenAPI description (twilio-oai 2.6.7): name, method, path below
/// `/v2`.
const ALL: &[(&str, &str, &str)] = &[
    ("ListVerificationAttempt", "GET", "/Attempts"),
    ("FetchVerificationAttemptsSummary", "GET", "/Attempts/Summary"),
    ("FetchVerificationAttempt", "GET", "/Attempts/{Sid}"),
    ("FetchForm", "GET", "/Forms/{FormType}"),
    ("CreateSafelist", "POST", "/SafeList/Numbers"),
    ("FetchSafelist", "GET", "/SafeList/Numbers/{PhoneNumber}"),
    ("DeleteSafelist", "DELETE", "/SafeList/Numbers/{PhoneNumber}"),
    ("ListService", "GET", "/Services"),
    ("CreateService", "POST", "/Services"),
    ("CreateAccessToken", "POST", "/Services/{ServiceSid}/AccessTokens"),
    ("FetchAccessToken", "GET", "/Services/{ServiceSid}/AccessTokens/{Sid}"),
    ("ListEntity", "GET", "/Services/{ServiceSid}/Entities"),
    ("CreateEntity", "POST", "/Services/{ServiceSid}/Entities"),
    ("FetchEntity", "GET", "/Services/{ServiceSid}/Entities/{Identity}"),
    ("DeleteEntity", "DELETE", "/Services/{ServiceSid}/Entities/{Identity}"),
    ("ListChallenge", "GET", "/Services/{ServiceSid}/Entities/{Identity}/Challenges"),
    ("CreateChallenge", "POST", "/Services/{ServiceSid}/Entities/{Identity}/Challenges"),
    (
        "CreateNotification",
        "POST",
        "/Services/{ServiceSid}/Entities/{Identity}/Challenges/{ChallengeSid}/Notifications",
    ),
    ("FetchChallenge", "GET", "/Services/{ServiceSid}/Entities/{Identity}/Challenges/{Sid}"),
    ("UpdateChallenge", "POST", "/Services/{ServiceSid}/Entities/{Identity}/Challenges/{Sid}"),
    ("ListFactor", "GET", "/Services/{ServiceSid}/Entities/{Identity}/Factors"),
    ("CreateNewFactor", "POST", "/Services/{ServiceSid}/Entities/{Identity}/Factors"),
    ("FetchFactor", "GET", "/Services/{ServiceSid}/Entities/{Identity}/Factors/{Sid}"),
    ("UpdateFactor", "POST", "/Services/{ServiceSid}/Entities/{Identity}/Factors/{Sid}"),
    ("DeleteFactor", "DELETE", "/Services/{ServiceSid}/Entities/{Identity}/Factors/{Sid}"),
    ("ListMessagingConfiguration", "GET", "/Services/{ServiceSid}/MessagingConfigurations"),
    ("CreateMessagingConfiguration", "POST", "/Services/{ServiceSid}/MessagingConfigurations"),
    ("FetchMessagingConfiguration", "GET", "/Services/{ServiceSid}/MessagingConfigurations/{Country}"),
    ("UpdateMessagingConfiguration", "POST", "/Services/{ServiceSid}/MessagingConfigurations/{Country}"),
    ("DeleteMessagingConfiguration", "DELETE", "/Services/{ServiceSid}/MessagingConfigurations/{Country}"),
    ("UpdateChallengePasskeys", "POST", "/Services/{ServiceSid}/Passkeys/ApproveChallenge"),
    ("CreateChallengePasskeys", "POST", "/Services/{ServiceSid}/Passkeys/Challenges"),
    ("CreateNewFactorPasskey", "POST", "/Services/{ServiceSid}/Passkeys/Factors"),
    ("UpdatePasskeysFactor", "POST", "/Services/{ServiceSid}/Passkeys/VerifyFactor"),
    ("ListRateLimit", "GET", "/Services/{ServiceSid}/RateLimits"),
    ("CreateRateLimit", "POST", "/Services/{ServiceSid}/RateLimits"),
    ("ListBucket", "GET", "/Services/{ServiceSid}/RateLimits/{RateLimitSid}/Buckets"),
    ("CreateBucket", "POST", "/Services/{ServiceSid}/RateLimits/{RateLimitSid}/Buckets"),
    ("FetchBucket", "GET", "/Services/{ServiceSid}/RateLimits/{RateLimitSid}/Buckets/{Sid}"),
    ("UpdateBucket", "POST", "/Services/{ServiceSid}/RateLimits/{RateLimitSid}/Buckets/{Sid}"),
    ("DeleteBucket", "DELETE", "/Services/{ServiceSid}/RateLimits/{RateLimitSid}/Buckets/{Sid}"),
    ("FetchRateLimit", "GET", "/Services/{ServiceSid}/RateLimits/{Sid}"),
    ("UpdateRateLimit", "POST", "/Services/{ServiceSid}/RateLimits/{Sid}"),
    ("DeleteRateLimit", "DELETE", "/Services/{ServiceSid}/RateLimits/{Sid}"),
    ("CreateVerificationCheck", "POST", "/Services/{ServiceSid}/VerificationCheck"),
    ("CreateVerification", "POST", "/Services/{ServiceSid}/Verifications"),
    ("FetchVerification", "GET", "/Services/{ServiceSid}/Verifications/{Sid}"),
    ("UpdateVerification", "POST", "/Services/{ServiceSid}/Verifications/{Sid}"),
    ("ListWebhook", "GET", "/Services/{ServiceSid}/Webhooks"),
    ("CreateWebhook", "POST", "/Services/{ServiceSid}/Webhooks"),
    ("FetchWebhook", "GET", "/Services/{ServiceSid}/Webhooks/{Sid}"),
    ("UpdateWebhook", "POST", "/Services/{ServiceSid}/Webhooks/{Sid}"),
    ("DeleteWebhook", "DELETE", "/Services/{ServiceSid}/Webhooks/{Sid}"),
    ("FetchService", "GET", "/Services/{Sid}"),
    ("UpdateService", "POST", "/Services/{Sid}"),
    ("DeleteService", "DELETE", "/Services/{Sid}"),
    ("ListVerificationTemplate", "GET", "/Templates"),
];

/// The operation of Lookup v2, which Twilio serves on another host.
const LOOKUP: (&str, &str, &str) = ("FetchPhoneNumber", "GET", "/PhoneNumbers/{PhoneNumber}");

/// Returns the path with values for its parameters.
fn fill(template: &str) -> String {
    let service = format!("/Services/{SERVICE_SID}/");
    template
        .split('/')
        .map(|part| match part {
            "{Country}" => "US".to_owned(),
            "{FormType}" => "form-push".to_owned(),
            "{Identity}" => "ff483d1f-f591".to_owned(),
            _ if part.starts_with('{') => format!("YC{}", "0".repeat(32)),
            _ => part.to_owned(),
        })
        .collect::<Vec<_>>()
        .join("/")
        .replace(&format!("/Services/YC{}/", "0".repeat(32)), &service)
}

#[test]
fn every_operation_matches_twilios_name_method_and_path() {
    for operation in Operation::ALL {
        let offered = (operation.name(), operation.method(), operation.path().trim_start_matches("/v2"));
        match operation.api() {
            Api::Verify => assert!(ALL.contains(&offered), "{offered:?}"),
            Api::Lookups => assert_eq!(offered, LOOKUP),
        }
    }
}

#[tokio::test]
async fn the_index_lists_every_operation() {
    let sandbox = Sandbox::start();
    let page = sandbox.get("/").await.text;
    for operation in Operation::ALL {
        let line = format!("  {:6} {}\n", operation.method(), operation.path());
        assert!(page.contains(&line), "{line}");
    }
}

#[tokio::test]
async fn unsupported_operations_are_not_found() {
    let sandbox = Sandbox::start();
    for (id, method, path) in ALL {
        if Operation::ALL.iter().any(|operation| operation.name() == *id) {
            continue;
        }
        // If the path exists with another method, the answer is 405.
        let known = Operation::ALL.iter().any(|operation| operation.path() == format!("/v2{path}"));
        let expected = if known { (405, json!(20004)) } else { (404, json!(20404)) };
        let answer = sandbox.request(method.parse().unwrap(), &format!("/v2{}", fill(path))).await;
        assert_eq!(answer.error(), expected, "{id}");
    }
}
