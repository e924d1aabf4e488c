//! Security events: what is told to the audit log and to webhooks, under names that stay. The names are those of OWASP's
//! Application Logging Vocabulary; docs/events.md lists them.

use std::str::FromStr;

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::json;

use super::activity::ActivityKind;
use crate::auth::client::Client;
use storage::activities::Activity;
use storage::webhook_outbox::Message;
use storage::{Id, Timestamp};

/// The kinds of events. Several activities may be one kind, and not every kind is an activity of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    /// A user signed up.
    UserCreated,
    /// A user changed something of themselves.
    UserUpdated,
    /// A user deleted their account.
    UserDeleted,
    /// A password was right, and its owner got a password-ok token.
    TokenCreated,
    /// A password-ok token was given back.
    TokenRevoked,
    /// A refresh token was used that had been replaced long ago.
    TokenReuse,
    /// A password or a code was wrong.
    LoginFail,
    /// A challenge takes no more codes.
    LoginFailMax,
    /// The code was right.
    LoginSuccess,
    /// A password was changed.
    PasswordChange,
    /// A password was not changed, because the old one or the code was wrong.
    PasswordChangeFail,
    /// Somebody who is logged in did not know the password that was asked for once more.
    AuthzFail,
    /// A session began.
    SessionCreated,
    /// A session got its next tokens.
    SessionRenewed,
    /// A session was ended.
    SessionExpired,
    /// A limit refused a request.
    RateLimitExceeded,
}

impl EventKind {
    /// Every kind.
    pub const ALL: [Self; 16] = [
        Self::UserCreated,
        Self::UserUpdated,
        Self::UserDeleted,
        Self::TokenCreated,
        Self::TokenRevoked,
        Self::TokenReuse,
        Self::LoginFail,
        Self::LoginFailMax,
        Self::LoginSuccess,
        Self::PasswordChange,
        Self::PasswordChangeFail,
        Self::AuthzFail,
        Self::SessionCreated,
        Self::SessionRenewed,
        Self::SessionExpired,
        Self::RateLimitExceeded,
    ];

    /// The name in the vocabulary.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UserCreated => "user_created",
            Self::UserUpdated => "user_updated",
            Self::UserDeleted => "user_deleted",
            Self::TokenCreated => "authn_token_created",
            Self::TokenRevoked => "authn_token_revoked",
            Self::TokenReuse => "authn_token_reuse",
            Self::LoginFail => "authn_login_fail",
            Self::LoginFailMax => "authn_login_fail_max",
            Self::LoginSuccess => "authn_login_success",
            Self::PasswordChange => "authn_password_change",
            Self::PasswordChangeFail => "authn_password_change_fail",
            Self::AuthzFail => "authz_fail",
            Self::SessionCreated => "session_created",
            Self::SessionRenewed => "session_renewed",
            Self::SessionExpired => "session_expired",
            Self::RateLimitExceeded => "excess_rate_limit_exceeded",
        }
    }

    /// What webhooks tell of where the configuration does not say: all but the refreshes, which are many and mean little.
    /// What a limit refuses names nobody, and so reaches no webhook.
    pub fn usually_sent() -> Vec<Self> {
        let sent = |kind: &Self| !matches!(kind, Self::SessionRenewed | Self::RateLimitExceeded);
        Self::ALL.into_iter().filter(sent).collect()
    }

    /// Whether somebody did what they should not: a warning in the log.
    fn is_suspicious(self) -> bool {
        matches!(
            self,
            Self::TokenReuse
                | Self::LoginFail
                | Self::LoginFailMax
                | Self::PasswordChangeFail
                | Self::AuthzFail
                | Self::RateLimitExceeded
        )
    }

    /// An event of this kind.
    pub(crate) fn of(self, user_id: impl Into<Option<Id>>, client: &Client, now: DateTime<Utc>) -> Event {
        let (id, user_id) = (Id::new(now), user_id.into());
        let (client, occurred_at) = (client.clone(), Timestamp(now));
        Event { id, kind: self, activity: None, user_id, reason: None, client, occurred_at }
    }
}

impl FromStr for EventKind {
    type Err = UnknownEvent;

    fn from_str(name: &str) -> Result<Self, UnknownEvent> {
        // What a limit refuses names nobody, and is in the log alone.
        let sent = Self::ALL.into_iter().filter(|kind| *kind != Self::RateLimitExceeded);
        sent.into_iter().find(|kind| kind.as_str() == name).ok_or(UnknownEvent)
    }
}

/// There is no event of that name.
#[derive(Debug, thiserror::Error)]
#[error("no event of docs/events.md that webhooks tell of")]
pub struct UnknownEvent;

/// Something that happened.
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
    /// The same event, as an activity that its user sees.
    pub(crate) fn with_activity(self, activity: ActivityKind, reason: Option<&'static str>) -> Self {
        Self { activity: Some(activity), reason, ..self }
    }

    /// The same, with one of the reasons that docs/events.md lists.
    pub(crate) fn because(self, reason: &'static str) -> Self {
        Self { reason: Some(reason), ..self }
    }

    /// What the user sees of it, where they see it.
    pub(crate) fn activity(&self) -> Option<Activity> {
        let (kind, user_id) = self.activity.zip(self.user_id)?;
        Some(Activity {
            id: self.id,
            user_id,
            kind: kind.as_str().into(),
            user_agent: self.client.user_agent.clone(),
            ip_address: self.client.ip_address.map(|address| address.to_string()),
            occurred_at: self.occurred_at,
        })
    }

    /// The message to the webhook. It names the user and nothing else of them: whoever may know more asks for it, and a
    /// user who was deleted leaves no trace in it. `None`: nobody is to be named.
    pub(crate) fn message(&self) -> Option<Message> {
        let mut data = json!({ "user_id": self.user_id?.to_string() });
        if let Some((reason, data)) = self.reason.zip(data.as_object_mut()) {
            data.insert("reason".into(), reason.into());
        }
        let timestamp = self.occurred_at.0.to_rfc3339_opts(SecondsFormat::Micros, true);
        Some(Message {
            id: self.id,
            event: self.kind.as_str().into(),
            body: json!({ "type": self.kind.as_str(), "timestamp": timestamp, "data": data }).to_string(),
            created_at: self.occurred_at,
            attempts: 0,
            due_at: Some(self.occurred_at),
            delivered_at: None,
        })
    }

    /// What kind it is.
    pub(crate) fn kind(&self) -> EventKind {
        self.kind
    }

    /// One of the reasons that docs/events.md lists.
    pub(crate) fn reason(&self) -> Option<&'static str> {
        self.reason
    }

    /// What came of a step of a log-in, where it was one.
    pub(crate) fn log_in_result(&self) -> Option<&'static str> {
        match self.kind {
            EventKind::TokenCreated => Some("code_sent"),
            EventKind::LoginSuccess => Some("success"),
            EventKind::LoginFailMax => Some("too_many_attempts"),
            EventKind::LoginFail => self.reason,
            _ => None,
        }
    }

    /// Writes the line of the audit log. The request's id is in the span.
    pub(crate) fn log(&self) {
        let Self { reason, client, .. } = self;
        let (event, event_id) = (self.kind.as_str(), self.id.to_string());
        let user_id = self.user_id.map(|id| id.to_string());
        let ip_address = client.ip_address.map(|address| address.to_string());
        let user_agent = client.user_agent.as_deref();
        if self.kind.is_suspicious() {
            tracing::warn!(target: "audit", event, event_id, user_id, reason, ip_address, user_agent, "audit");
        } else {
            tracing::info!(target: "audit", event, event_id, user_id, reason, ip_address, user_agent, "audit");
        }
    }
}
