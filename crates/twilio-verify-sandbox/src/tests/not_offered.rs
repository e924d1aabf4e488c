//! All of Verify v2, and that what the double does not offer is not there: a success without substance would let
//! a program pass that Twilio fails.

use serde_json::json;

use super::*;
use crate::twilio::operations::{Api, OPERATIONS};

/// Every operation of Verify v2 by its name, method and path below `/v2`, as Twilio's OpenAPI description has them
/// (twilio-oai 2.6.7).
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

/// What Lookup v2 has beside it on its own host, as its description names it.
const LOOKUP: (&str, &str, &str) = ("FetchPhoneNumber", "GET", "/PhoneNumbers/{PhoneNumber}");

/// The path with plausible values for its parameters.
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
fn what_is_offered_is_twilios_by_name_method_and_path() {
    for operation in OPERATIONS {
        let offered = (operation.id, operation.method_name(), operation.path);
        match operation.api() {
            Api::Verify => assert!(ALL.contains(&offered), "{offered:?}"),
            Api::Lookups => assert_eq!(offered, LOOKUP),
        }
    }
}

#[tokio::test]
async fn the_front_page_names_what_is_offered() {
    let sandbox = Sandbox::start();
    let page = sandbox.get("/").await.text;
    for operation in OPERATIONS {
        let line = format!("  {:6} /v2{}\n", operation.method_name(), operation.path);
        assert!(page.contains(&line), "{line}");
    }
}

#[tokio::test]
async fn what_is_not_offered_is_unknown() {
    let sandbox = Sandbox::start();
    for (id, method, path) in ALL {
        if OPERATIONS.iter().any(|operation| operation.id == *id) {
            continue;
        }
        // Where the path is offered for another method, that is what is told.
        let known = OPERATIONS.iter().any(|operation| operation.path == *path);
        let expected = if known { (405, json!(20004)) } else { (404, json!(20404)) };
        let answer = sandbox.ask(method.parse().unwrap(), &format!("/v2{}", fill(path))).await;
        assert_eq!(answer.error(), expected, "{id}");
    }
}
