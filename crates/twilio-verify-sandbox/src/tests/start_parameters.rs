//! Every parameter of a start that a client of Twilio's can send, and what the message becomes of it.

use serde_json::json;

use super::*;

const GERMAN: &str = "+4915123456789";

impl Sandbox {
    /// A service of one's own with these settings.
    async fn service_with(&self, settings: &[(&str, &str)]) -> String {
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

    /// The newest message to a number: its body and its locale.
    async fn newest(&self, to: &str) -> (String, String) {
        let list = self.get(&format!("/sandbox/messages?to={}", to.replace('+', "%2B"))).await.json();
        let text = |name: &str| list["messages"][0][name].as_str().unwrap().to_owned();
        (text("body"), text("locale"))
    }
}

fn sms(to: &'static str) -> Vec<(&'static str, &'static str)> {
    vec![("To", to), ("Channel", "sms")]
}

#[tokio::test]
async fn the_locale_decides_and_else_the_country() {
    let sandbox = Sandbox::start();
    sandbox.service_post("/Verifications", &sms(GERMAN)).await;
    let (body, locale) = sandbox.newest(GERMAN).await;
    assert!(body.starts_with("Ihr Bestätigungscode für countersign lautet: "), "{body}");
    assert_eq!(locale, "de");
    for (asked, written, beginning) in [
        ("fr", "fr", "Votre code"),
        ("es", "es", "Tu código"),
        ("pt", "pt", "O seu código"),
        ("pt-BR", "pt-BR", "Seu código"),
        ("hi", "hi", "आपका countersign"),
        ("ja", "en", "Your countersign"),
    ] {
        let to: &str = &format!("+3461234560{}", asked.len() + usize::from(asked.as_bytes()[0] % 7));
        let form = [("To", to), ("Channel", "sms"), ("Locale", asked)];
        let answer = sandbox.service_post("/Verifications", &form).await;
        assert_eq!(answer.status, 201, "{asked}: {}", answer.text);
        let (body, locale) = sandbox.newest(to).await;
        assert!(body.starts_with(beginning) && locale == written, "{asked}: {locale} {body}");
    }
    let unknown = [("To", PHONE), ("Channel", "sms"), ("Locale", "tlh")];
    assert_eq!(sandbox.service_post("/Verifications", &unknown).await.error(), (404, json!(20404)));
    let mail = [("To", "ada@example.com"), ("Channel", "email"), ("Locale", "de")];
    assert_eq!(sandbox.service_post("/Verifications", &mail).await.status, 201);
    assert_eq!(sandbox.newest("ada@example.com").await.1, "en");
}

#[tokio::test]
async fn calls_and_whatsapp_speak_the_language_too() {
    let sandbox = Sandbox::start();
    let service = sandbox.service_with(&[("DtmfInputRequired", "true")]).await;
    sandbox.start_at(&service, &[("To", GERMAN), ("Channel", "call")]).await;
    let (call, _) = sandbox.newest(GERMAN).await;
    assert!(call.starts_with("Drücken Sie eine beliebige Taste") && call.contains("Guten Tag"), "{call}");
    sandbox.start_at(&service, &[("To", GERMAN), ("Channel", "whatsapp")]).await;
    assert!(sandbox.newest(GERMAN).await.0.contains("ist Ihr Bestätigungscode"));
}

#[tokio::test]
async fn whatever_a_client_can_send_is_taken() {
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
    let (body, _) = sandbox.newest(PHONE).await;
    assert!(body.starts_with("<#> Your Acme Shop verification code is: "), "{body}");
    assert!(body.ends_with(" He42w354ol9"), "{body}");
}

#[tokio::test]
async fn what_is_wrong_is_refused_by_name() {
    let sandbox = Sandbox::start();
    let eleven = json!((0..11).map(|n| (n.to_string(), json!("x"))).collect::<serde_json::Map<_, _>>());
    let (eleven, long) = (eleven.to_string(), json!({ "x": "y".repeat(129) }).to_string());
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
    let from =
        [("To", "ada@example.com"), ("Channel", "email"), ("ChannelConfiguration", r#"{"from":"nobody"}"#)];
    assert_eq!(sandbox.service_post("/Verifications", &from).await.error(), (400, json!(60200)));
    assert!(sandbox.get("/sandbox/messages").await.json()["messages"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn a_code_for_a_payment_is_good_for_that_payment_alone() {
    let sandbox = Sandbox::start();
    let service = sandbox.service_with(&[("Psd2Enabled", "true")]).await;
    let paid = [("Amount", "€39.99"), ("Payee", "Acme Inc.")];
    let form: Vec<(&str, &str)> = sms(PHONE).into_iter().chain(paid).collect();
    for missing in [&form[..2], &form[..3]] {
        assert_eq!(sandbox.start_at(&service, missing).await.error(), (400, json!(60206)));
    }
    let call: Vec<(&str, &str)> = [("To", PHONE), ("Channel", "call")].into_iter().chain(paid).collect();
    assert_eq!(sandbox.start_at(&service, &call).await.error(), (400, json!(60214)));
    let started = sandbox.start_at(&service, &form).await.json();
    assert_eq!((&started["amount"], &started["payee"]), (&json!("€39.99"), &json!("Acme Inc.")));
    let (body, _) = sandbox.newest(PHONE).await;
    assert!(body.contains("€39.99 to Acme Inc."), "{body}");
    let code = sandbox.get(&format!("/sandbox/code?to={PHONE}")).await.text;
    let check = [("To", PHONE), ("Code", code.as_str())];
    assert_eq!(sandbox.check_at(&service, &check).await.error(), (400, json!(60206)));
    let other = [check[0], check[1], ("Amount", "€3,999"), ("Payee", "Acme Inc.")];
    let wrong = sandbox.check_at(&service, &other).await.json();
    assert_eq!((&wrong["status"], &wrong["valid"]), (&json!("pending"), &json!(false)));
    let right = sandbox.check_at(&service, &[check[0], check[1], paid[0], paid[1]]).await.json();
    assert_eq!((&right["status"], &right["amount"]), (&json!("approved"), &json!("€39.99")));
    // Without PSD2 there are no payments.
    assert_eq!(sandbox.service_post("/Verifications", &form).await.error(), (403, json!(60204)));
}

#[tokio::test]
async fn a_lookup_is_told_where_it_is_made() {
    let sandbox = Sandbox::start();
    let service = sandbox.service_with(&[("LookupEnabled", "true")]).await;
    let started = sandbox.start_at(&service, &sms(PHONE)).await.json();
    assert_eq!(started["lookup"]["carrier"]["type"], "mobile");
    let call = sandbox.start_at(&service, &[("To", "+12015550150"), ("Channel", "call")]).await.json();
    assert_eq!(call["lookup"]["carrier"]["type"], "landline");
    assert_eq!(sandbox.start_sms().await.json()["lookup"], json!({}));
}

#[tokio::test]
async fn templates_are_listed_and_choose_the_text() {
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
    let (warns, refers) = (sid("Base 1 with do not share").await, sid("With a reference").await);
    let form: Vec<(&str, &str)> = sms(GERMAN).into_iter().chain([("TemplateSid", warns.as_str())]).collect();
    assert_eq!(sandbox.service_post("/Verifications", &form).await.status, 201);
    assert!(sandbox.newest(GERMAN).await.0.ends_with("unsere Mitarbeiter fragen nie danach"));
    // A service's own template, with a variable that the caller must fill in.
    let service = sandbox.service_with(&[("DefaultTemplateSid", &refers)]).await;
    for missing in [sms(PHONE), [sms(PHONE), vec![("TemplateCustomSubstitutions", "A-17")]].concat()] {
        assert_eq!(sandbox.start_at(&service, &missing).await.error(), (400, json!(60224)));
    }
    let filled = [sms(PHONE), vec![("TemplateCustomSubstitutions", r#"{"reference":"A-17"}"#)]].concat();
    assert_eq!(sandbox.start_at(&service, &filled).await.status, 201);
    assert!(sandbox.newest(PHONE).await.0.contains("for A-17 is: "));
    // Templates are for text messages and calls.
    assert_eq!(sandbox.start_at(&service, &[("To", PHONE), ("Channel", "whatsapp")]).await.status, 201);
}
