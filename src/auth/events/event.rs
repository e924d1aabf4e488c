//! Security events, for the audit log and for webhooks. Their names are those of OWASP's Application Logging
//! Vocabulary and do not change: `EventKind` in `storage` (values/event_kind.rs) is the list, and
//! docs/events.md describes them.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::json;
use storage::activities::Activity;
use storage::webhook_outbox::Message;
use storage::{ActivityKind, EventKind, Id, Timestamp};

use super::activity::event_of;
use crate::auth::client::Client;

/// Returns the events that webhooks receive by default: all but refreshes, which are frequent and mean
/// little. Rejections by limits concern no user, so no webhook receives them.
pub fn default_webhook_events() -> Vec<EventKind> {
    let sent = |kind: &EventKind| !matches!(kind, EventKind::SessionRenewed | EventKind::RateLimitExceeded);
    EventKind::ALL.into_iter().filter(sent).collect()
}

/// Whether the event is logged as a warning.
fn is_suspicious(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::TokenReuse
            | EventKind::LoginFail
            | EventKind::LoginFailMax
            | EventKind::PasswordChangeFail
            | EventKind::AuthzFail
            | EventKind::RateLimitExceeded
    )
}

/// A security event.
#[derive(Clone)]
pub(crate) struct Event {
    id: Id,
    kind: EventKind,
    activity: Option<ActivityKind>,
    user_id: Option<Id>,
    reason: Option<&'static str>,
    client: Client,
    occurred_at: Timestamp,
}

impl Event {
    /// Makes an event.
    pub(crate) fn new(
        kind: EventKind,
        user_id: impl Into<Option<Id>>,
        client: &Client,
        now: DateTime<Utc>,
    ) -> Self {
        let id = Id::new(now);
        let user_id = user_id.into();
        let client = client.clone();
        let occurred_at = Timestamp(now);
        Self { id, kind, activity: None, user_id, reason: None, client, occurred_at }
    }

    /// Makes the event of an activity: the user sees it too.
    pub(crate) fn of_activity(
        activity: ActivityKind,
        user_id: Id,
        client: &Client,
        now: DateTime<Utc>,
    ) -> Self {
        let (kind, reason) = event_of(activity);
        Self { activity: Some(activity), reason, ..Self::new(kind, user_id, client, now) }
    }

    /// Adds one of the reasons that docs/events.md lists.
    pub(crate) fn with_reason(self, reason: &'static str) -> Self {
        Self { reason: Some(reason), ..self }
    }

    /// Returns the activity that the user sees, if it is one.
    pub(crate) fn activity(&self) -> Option<Activity> {
        let (kind, user_id) = self.activity.zip(self.user_id)?;
        Some(Activity {
            id: self.id,
            user_id,
            kind,
            user_agent: self.client.user_agent.clone(),
            ip_address: self.client.ip_address.map(|address| address.to_string()),
            occurred_at: self.occurred_at,
        })
    }

    /// Returns the message to the webhook, or `None` if the event concerns no user. It contains the user's id
    /// and no other data of the user: a receiver requests what it may know, and a deleted user leaves no
    /// trace.
    pub(crate) fn message(&self) -> Option<Message> {
        let mut data = json!({ "user_id": self.user_id?.to_string() });
        if let Some((reason, data)) = self.reason.zip(data.as_object_mut()) {
            data.insert("reason".into(), reason.into());
        }
        let timestamp = self.occurred_at.0.to_rfc3339_opts(SecondsFormat::Micros, true);
        Some(Message {
            id: self.id,
            event: self.kind,
            body: json!({ "type": self.kind.as_str(), "timestamp": timestamp, "data": data }).to_string(),
            created_at: self.occurred_at,
            attempts: 0,
            due_at: Some(self.occurred_at),
            delivered_at: None,
        })
    }

    /// Returns the kind.
    pub(crate) fn kind(&self) -> EventKind {
        self.kind
    }

    /// Returns the reason, if it has one.
    pub(crate) fn reason(&self) -> Option<&'static str> {
        self.reason
    }

    /// Returns the result of a step of a log-in, if it was one.
    pub(crate) fn log_in_result(&self) -> Option<&'static str> {
        match self.kind {
            EventKind::TokenCreated => Some("code_sent"),
            EventKind::LoginSuccess => Some("success"),
            EventKind::LoginFailMax => Some("too_many_attempts"),
            EventKind::LoginFail => self.reason,
            _ => None,
        }
    }

    /// Writes the event to the audit log. The request's id is in the span.
    pub(crate) fn log(&self) {
        let Self { reason, client, .. } = self;
        let event = self.kind.as_str();
        let event_id = self.id.to_string();
        let user_id = self.user_id.map(|id| id.to_string());
        let ip_address = client.ip_address.map(|address| address.to_string());
        let user_agent = client.user_agent.as_deref();
        if is_suspicious(self.kind) {
            tracing::warn!(target: "audit", event, event_id, user_id, reason, ip_address, user_agent, "audit");
        } else {
            tracing::info!(target: "audit", event, event_id, user_id, reason, ip_address, user_agent, "audit");
        }
    }
}
