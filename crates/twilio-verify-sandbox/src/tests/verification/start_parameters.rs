//! The parameters of a start and their effect on the message.

use serde_json::json;

use crate::tests::*;

const GERMAN: &str = "+4915123456789";

impl Sandbox {
    /// Creates a service with these settings and returns its SID.
    async fn create_service(&self, settings: &[(&str, &str)]) -> String {
        let form: Vec<(&str, &str)> = [&[("FriendlyName", "Acme")], settings].concat();
        let answer = self.post_as(ACCOUNT_SID, "/v2/Services", &form).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()["sid"].as_str().unwrap().to_owned()
    }

    async fn start_at(&self, service: &str, form: &[(&str, &str)]) -> Answer {
        self.post_as(ACCOUNT_SID, &format!("/v2/Services/{service}/Verifications"), form).await
    }

    async fn check_at(&self, service: &str, form: &[(&str, &str)]) -> Answer {
        self.post_as(ACCOUNT_SID, &format!("/v2/Services/{service}/VerificationCheck"), form).await
    }

    /// Returns the body and the locale of the newest message to a number.
    async fn newest_message(&self, to: &str) -> (String, String) {
        let list = self.get(&format!("/sandbox/messages?to={}", to.replace('+', "%2B"))).await.json();
        let text = |name: &str| list["messages"][0][name].as_str().unwrap().to_owned();
        (text("body"), text("locale"))
    }
}

fn sms(to: &'static str) -> Vec<(&'static str, &'static str)> {
    vec![("To", to), ("Channel", "sms")]
}

#[tokio::test]
async fn the_language_follows_the_locale_and_then_the_country() {
    let sandbox = Sandbox::start();
    sandbox.service_post("/Verifications", &sms(GERMAN)).await;
    let (body, locale) = sandbox.newest_message(GERMAN).await;
    assert!(body.starts_with("Ihr Bestätigungscode für countersign lautet: "), "{body}");
    assert_eq!(locale, "de");
    for (locale, expected, beginning) in [
        ("fr", "fr", "Votre code"),
        ("es", "es", "Tu código"),
        ("pt", "pt", "O seu código"),
        ("pt-BR", "pt-BR", "Seu código"),
        ("hi", "hi", "आपका countersign"),
        ("ja", "en", "Your countersign"),
    ] {
        let to: &str = &format!("+3461234560{}", locale.len() + usize::from(locale.as_bytes()[0] % 7));
        let form = [("To", to), ("Channel", "sms"), ("Locale", locale)];
        let answer = sandbox.service_post("/Verifications", &form).await;
        assert_eq!(answer.status, 201, "{locale}: {}", answer.text);
        let (body, language) = sandbox.newest_message(to).await;
        assert!(body.starts_with(beginning) && language == expected, "{locale}: {language} {body}");
    }
    let unknown = [("To", PHONE), ("Channel", "sms"), ("Locale", "tlh")];
    assert_eq!(sandbox.service_post("/Verifications", &unknown).await.error(), (404, json!(20404)));
    let mail = [("To", "ada@example.com"), ("Channel", "email"), ("Locale", "de")];
    assert_eq!(sandbox.service_post("/Verifications", &mail).await.status, 201);
    assert_eq!(sandbox.newest_message("ada@example.com").await.1, "en");
}

#[tokio::test]
async fn calls_and_whatsapp_use_the_language_too() {
    let sandbox = Sandbox::start();
    let service = sandbox.create_service(&[("DtmfInputRequired", "true")]).await;
    sandbox.start_at(&service, &[("To", GERMAN), ("Channel", "call")]).await;
    let (call, _) = sandbox.newest_message(GERMAN).await;
    assert!(call.starts_with("Drücken Sie eine beliebige Taste") && call.contains("Guten Tag"), "{call}");
    sandbox.start_at(&service, &[("To", GERMAN), ("Channel", "whatsapp")]).await;
    assert!(sandbox.newest_message(GERMAN).await.0.contains("ist Ihr Bestätigungscode"));
}

#[tokio::test]
async fn every_parameter_of_a_start_is_accepted() {
    let sandbox = Sandbox::start();
    let mut form = sms(PHONE);
    form.extend([
        ("CustomFriendlyName", "Acme Shop"),
        ("CustomMessage", "no longer used"),
        ("SendDigits", "1w2#"),
        ("DeviceIp", "2001:db8::1"),
        ("RiskCheck", "enable"),
        ("EnableSnaClientToken", "False"),
        ("Tags", r#"{"tier":"gold"}"#),
        ("ChannelConfiguration", r#"{"substitutions":{}}"#),
        ("AppHash", "He42w354ol9"),
        ("Templates", "a parameter of tomorrow"),
    ]);
    let answer = sandbox.service_post("/Verifications", &form).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let (body, _) = sandbox.newest_message(PHONE).await;
    assert!(body.starts_with("<#> Your Acme Shop verification code is: "), "{body}");
    assert!(body.ends_with(" He42w354ol9"), "{body}");
}

#[tokio::test]
async fn an_invalid_parameter_is_rejected_by_name() {
    let sandbox = Sandbox::start();
    let eleven = json!((0..11).map(|n| (n.to_string(), json!("x"))).collect::<serde_json::Map<_, _>>());
    let eleven = eleven.to_string();
    let long = json!({ "x": "y".repeat(129) }).to_string();
    for (name, value) in [
        ("CustomFriendlyName", "call 12345"),
        ("SendDigits", "1x"),
        ("DeviceIp", "localhost"),
        ("RiskCheck", "off"),
        ("EnableSnaClientToken", "maybe"),
        ("Tags", "gold"),
        ("Tags", r#"{"tier":1}"#),
        ("Tags", &eleven),
        ("Tags", &long),
        ("ChannelConfiguration", "[]"),
        ("RateLimits", "{"),
        ("TemplateSid", "HJ1"),
        ("TemplateSid", "HJ00000000000000000000000000000000"),
    ] {
        let form = [sms(PHONE), vec![]].concat();
        let form: Vec<(&str, &str)> = form.into_iter().chain([(name, value)]).collect();
        let answer = sandbox.service_post("/Verifications", &form).await;
        assert_eq!(answer.error(), (400, json!(60200)), "{name}={value}");
        assert!(answer.text.contains(name), "{}", answer.text);
    }
    for channel in ["sna", "auto", "rcs", "fax", ""] {
        let form = [("To", PHONE), ("Channel", channel)];
        assert_eq!(sandbox.service_post("/Verifications", &form).await.error(), (400, json!(60200)));
    }
    let from = [
        ("To", "ada@example.com"),
        ("Channel", "email"),
        ("ChannelConfiguration", r#"{"from":"not-an-address"}"#),
    ];
    assert_eq!(sandbox.service_post("/Verifications", &from).await.error(), (400, json!(60200)));
    assert!(sandbox.get("/sandbox/messages").await.json()["messages"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn a_code_for_a_payment_is_valid_for_that_payment_only() {
    let sandbox = Sandbox::start();
    let service = sandbox.create_service(&[("Psd2Enabled", "true")]).await;
    let paid = [("Amount", "€39.99"), ("Payee", "Acme Inc.")];
    let form: Vec<(&str, &str)> = sms(PHONE).into_iter().chain(paid).collect();
    for missing in [&form[..2], &form[..3]] {
        assert_eq!(sandbox.start_at(&service, missing).await.error(), (400, json!(60206)));
    }
    let call: Vec<(&str, &str)> = [("To", PHONE), ("Channel", "call")].into_iter().chain(paid).collect();
    assert_eq!(sandbox.start_at(&service, &call).await.error(), (400, json!(60214)));
    let started = sandbox.start_at(&service, &form).await.json();
    assert_eq!((&started["amount"], &started["payee"]), (&json!("€39.99"), &json!("Acme Inc.")));
    let (body, _) = sandbox.newest_message(PHONE).await;
    assert!(body.contains("€39.99 to Acme Inc."), "{body}");
    let code = sandbox.get(&format!("/sandbox/code?to={PHONE}")).await.text;
    let check = [("To", PHONE), ("Code", code.as_str())];
    assert_eq!(sandbox.check_at(&service, &check).await.error(), (400, json!(60206)));
    let other = [check[0], check[1], ("Amount", "€3,999"), ("Payee", "Acme Inc.")];
    let wrong = sandbox.check_at(&service, &other).await.json();
    assert_eq!((&wrong["status"], &wrong["valid"]), (&json!("pending"), &json!(false)));
    let right = sandbox.check_at(&service, &[check[0], check[1], paid[0], paid[1]]).await.json();
    assert_eq!((&right["status"], &right["amount"]), (&json!("approved"), &json!("€39.99")));
    // A service without PSD2 rejects payments.
    assert_eq!(sandbox.service_post("/Verifications", &form).await.error(), (403, json!(60204)));
}

#[tokio::test]
async fn the_lookup_is_included_if_the_service_enables_it() {
    let sandbox = Sandbox::start();
    let service = sandbox.create_service(&[("LookupEnabled", "true")]).await;
    let started = sandbox.start_at(&service, &sms(PHONE)).await.json();
    assert_eq!(started["lookup"]["carrier"]["type"], "mobile");
    let call = sandbox.start_at(&service, &[("To", "+12015550150"), ("Channel", "call")]).await.json();
    assert_eq!(call["lookup"]["carrier"]["type"], "landline");
    assert_eq!(sandbox.start_sms().await.json()["lookup"], json!({}));
}

#[tokio::test]
async fn templates_are_listed_and_determine_the_text() {
    let sandbox = Sandbox::start();
    let list = async |query: &str| {
        let url = sandbox.url(&format!("/v2/Templates{query}"));
        let request = sandbox.client.get(url).basic_auth(ACCOUNT_SID, Some(AUTH_TOKEN));
        Answer::of(request.send().await.unwrap()).await.json()
    };
    let all = list("").await;
    assert_eq!((&all["meta"]["key"], all["templates"].as_array().unwrap().len()), (&json!("templates"), 4));
    assert_eq!(list("?PageSize=1").await["templates"].as_array().unwrap().len(), 1);
    let sid = async |name: &str| {
        let found = list(&format!("?FriendlyName={}", name.replace(' ', "%20"))).await;
        found["templates"][0]["sid"].as_str().unwrap().to_owned()
    };
    let with_warning = sid("Base 1 with do not share").await;
    let with_reference = sid("With a reference").await;
    let form: Vec<(&str, &str)> =
        sms(GERMAN).into_iter().chain([("TemplateSid", with_warning.as_str())]).collect();
    assert_eq!(sandbox.service_post("/Verifications", &form).await.status, 201);
    assert!(sandbox.newest_message(GERMAN).await.0.ends_with("unsere Mitarbeiter fragen nie danach"));
    // The default template of a service, with a variable that the caller must provide.
    let service = sandbox.create_service(&[("DefaultTemplateSid", &with_reference)]).await;
    for missing in [sms(PHONE), [sms(PHONE), vec![("TemplateCustomSubstitutions", "A-17")]].concat()] {
        assert_eq!(sandbox.start_at(&service, &missing).await.error(), (400, json!(60224)));
    }
    let filled = [sms(PHONE), vec![("TemplateCustomSubstitutions", r#"{"reference":"A-17"}"#)]].concat();
    assert_eq!(sandbox.start_at(&service, &filled).await.status, 201);
    assert!(sandbox.newest_message(PHONE).await.0.contains("for A-17 is: "));
    // Templates apply to text messages and calls only.
    assert_eq!(sandbox.start_at(&service, &[("To", PHONE), ("Channel", "whatsapp")]).await.status, 201);
}
