//! Starting a verification: Twilio makes a code and sends it.

use std::net::IpAddr;

use serde::Deserialize;

use super::{Channel, Failure, FailureKind, Operation, VerificationSid, VerifyClient};

/// What to send, and where to. No `Debug`: it holds a phone number.
#[derive(Clone, Copy)]
pub struct StartVerification<'a> {
    /// The phone number, in E.164.
    pub to: &'a str,
    /// How the code shall travel.
    pub channel: Channel,
    /// The language of the message, one of Twilio's; `None` lets Twilio go by the number's country.
    pub locale: Option<&'a str>,
    /// The Android app's hash, so that it can read the message by itself. Sent with [`Channel::Sms`] only;
    /// Twilio refuses it with any other (60602).
    pub app_hash: Option<&'a str>,
    /// A message template (`HJ…`). Sent with [`Channel::Sms`] and [`Channel::Call`] only: WhatsApp has its own.
    pub template_sid: Option<&'a str>,
    /// The address of the person's device, for Twilio's fraud detection.
    pub device_ip: Option<IpAddr>,
}

/// A verification that runs, and a code that is on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Started {
    /// What to check the code against. A second start for one number within the verification's life (10 minutes)
    /// sends the same code again under the same SID.
    pub sid: VerificationSid,
}

impl VerifyClient {
    /// Sends a code. It is never sent a second time for want of an answer: where a failure does not say
    /// [`certainly_not_processed`](Failure::certainly_not_processed), the code may be on its way.
    pub async fn start(&self, start: &StartVerification<'_>) -> Result<Started, Failure> {
        let device_ip = start.device_ip.map(|ip| ip.to_string());
        let call =
            self.post_to_service(Operation::Start, "Verifications", &start.form(device_ip.as_deref())).await;
        let result = call.accepted::<Verification>().and_then(|verification| {
            let sid = VerificationSid::parse(verification.sid);
            sid.map(|sid| Started { sid }).map_err(|_| call.failure(FailureKind::Unavailable))
        });
        call.report(result, "started")
    }
}

impl<'a> StartVerification<'a> {
    fn form(&self, device_ip: Option<&'a str>) -> Vec<(&'static str, &'a str)> {
        let app_hash = self.app_hash.filter(|_| self.channel == Channel::Sms);
        let template_sid = self.template_sid.filter(|_| self.channel != Channel::Whatsapp);
        let fields = [
            ("To", Some(self.to)),
            ("Channel", Some(self.channel.as_str())),
            ("Locale", self.locale),
            ("AppHash", app_hash),
            ("TemplateSid", template_sid),
            ("DeviceIp", device_ip),
        ];
        fields.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }
}

/// The part of Twilio's answer that matters. The rest varies from account to account.
#[derive(Deserialize)]
struct Verification {
    sid: String,
}
