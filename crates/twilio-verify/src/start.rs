//! Starts a verification: Twilio generates a code and sends it.

use std::net::IpAddr;

use serde::Deserialize;

use super::{Channel, Failure, FailureKind, Operation, VerificationSid, VerifyClient};

/// The parameters of a verification. Does not implement `Debug`, because it contains a phone number.
#[derive(Clone, Copy)]
pub struct StartVerification<'a> {
    /// The phone number in E.164 format, or the email address.
    pub to: &'a str,
    /// How the code is delivered.
    pub channel: Channel,
    /// The language of the message. If it is `None`, Twilio chooses it by the country of the number.
    pub locale: Option<&'a str>,
    /// The hash of the Android app that reads the message. Only sent with [`Channel::Sms`], because Twilio
    /// rejects it with other channels (60602).
    pub app_hash: Option<&'a str>,
    /// The SID of a message template (`HJ…`). Not sent with [`Channel::Whatsapp`], which has its own
    /// templates.
    pub template_sid: Option<&'a str>,
    /// The IP address of the user's device, for Twilio's fraud detection.
    pub device_ip: Option<IpAddr>,
}

/// A pending verification, whose code has been sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingVerification {
    /// The SID, which [`check`](VerifyClient::check) needs. If a verification is started again for the same
    /// number within its lifetime (10 minutes), Twilio sends the same code again under the same SID.
    pub sid: VerificationSid,
}

impl VerifyClient {
    /// Sends a code. Never sends it twice: if the response is lost, the call fails and is not retried.
    ///
    /// # Errors
    /// If Twilio rejects the request or cannot be reached. Unless the failure is
    /// [`certainly_not_processed`](Failure::certainly_not_processed), the code may have been sent.
    pub async fn start(&self, start: &StartVerification<'_>) -> Result<PendingVerification, Failure> {
        let device_ip = start.device_ip.map(|ip| ip.to_string());
        let call =
            self.post_to_service(Operation::Start, "Verifications", &start.form(device_ip.as_deref())).await;
        let result = call.accepted::<Verification>().and_then(|verification| {
            let sid = VerificationSid::parse(verification.sid);
            sid.map(|sid| PendingVerification { sid }).map_err(|_| call.failure(FailureKind::Unavailable))
        });
        call.finish(result, "started")
    }
}

impl<'a> StartVerification<'a> {
    /// Creates parameters without any option.
    pub const fn new(to: &'a str, channel: Channel) -> Self {
        Self { to, channel, locale: None, app_hash: None, template_sid: None, device_ip: None }
    }

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

/// The fields of the response that matter. The others vary between accounts.
#[derive(Deserialize)]
struct Verification {
    sid: String,
}
