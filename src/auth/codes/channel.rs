//! A channel, as Twilio and as the database know it.

use storage::Channel as StoredChannel;
use twilio_verify::Channel;

/// Returns Twilio's value for a stored channel.
pub(crate) fn twilio_channel(channel: StoredChannel) -> Channel {
    match channel {
        StoredChannel::Sms => Channel::Sms,
        StoredChannel::Call => Channel::Call,
        StoredChannel::Whatsapp => Channel::Whatsapp,
        StoredChannel::Email => Channel::Email,
    }
}

/// Returns the value that the database holds for a channel.
pub(crate) fn stored_channel(channel: Channel) -> StoredChannel {
    match channel {
        Channel::Sms => StoredChannel::Sms,
        Channel::Call => StoredChannel::Call,
        Channel::Whatsapp => StoredChannel::Whatsapp,
        Channel::Email => StoredChannel::Email,
    }
}
