//! Delivery of messages. A delayed message has a timer in real time. If the clock moves past its arrival first, it arrives
//! with that move, and the timer does nothing.

use actix_web::web::Data;
use chrono::{DateTime, TimeDelta, Utc};

use crate::faults::numbers::DeliveryTime;
use crate::phone::message::Message;
use crate::state::State;

/// Sends a message of an account.
pub(crate) fn send(
    state: &Data<State>,
    account_sid: &str,
    message: Message,
    delivery: DeliveryTime,
    now: DateTime<Utc>,
) {
    match delivery {
        DeliveryTime::Immediately => state.deliver(account_sid, message, now),
        DeliveryTime::Never => {}
        DeliveryTime::After(delay) => {
            let arrives_at = now + TimeDelta::from_std(delay).unwrap_or_default();
            let ticket = state.send_late(account_sid, message, arrives_at);
            let state = state.clone();
            let account_sid = account_sid.to_owned();
            actix_web::rt::spawn(async move {
                tokio::time::sleep(delay).await;
                state.arrive(&account_sid, ticket);
            });
        }
    }
}
