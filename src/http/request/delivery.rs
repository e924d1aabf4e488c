//! The fields that decide how a code is delivered.

use twilio_verify::Channel;
use utoipa::ToSchema;

use super::body::ParseContext;
use super::fields::Fields;
use crate::auth::{AppHash, Delivery, Invalid, InvalidKind, Locale, Policy};

/// How a code is delivered to a phone. The server decides which channels are allowed; `channels` of a
/// challenge lists them.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[allow(dead_code, reason = "only for the OpenAPI document; `delivery` parses the field")]
pub enum PhoneChannel {
    /// By text message.
    Sms,
    /// By voice call.
    Call,
    /// By WhatsApp message.
    Whatsapp,
}

/// Takes `channel`, `locale` and `app_hash`. Notes an error for each invalid field.
pub(crate) fn delivery(fields: &mut Fields, context: &ParseContext<'_>) -> Delivery {
    let policy = context.policy;
    let channel = fields.optional("channel", |text| parse_channel(text, policy));
    let locale = fields.optional("locale", Locale::parse);
    let app_hash = fields.optional("app_hash", |text| AppHash::parse(text, &policy.android_app_hashes));
    Delivery {
        channel: channel.or_else(|| policy.channels.first().copied()).unwrap_or(Channel::Sms),
        locale: locale.or_else(|| context.accept_language.and_then(Locale::from_accept_language)),
        app_hash,
    }
}

fn parse_channel(text: &str, policy: &Policy) -> Result<Channel, Invalid> {
    let names: Vec<&str> = policy.channels.iter().map(|channel| channel.as_str()).collect();
    let channel = text.parse().ok().filter(|channel| policy.channels.contains(channel));
    channel.ok_or_else(|| Invalid {
        kind: InvalidKind::NotAllowed,
        detail: format!("The channel must be one of: {}.", names.join(", ")).into(),
    })
}
