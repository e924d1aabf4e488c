//! Entities, factors and challenges in Twilio's JSON format.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::base32;
use super::challenge::Challenge;
use super::entity::Entity;
use super::factor::Factor;
use super::key_uri::key_uri;
use crate::twilio::date::date;

/// Renders the resources of an account.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EntityRenderer<'a> {
    /// `AC…`.
    pub(crate) account_sid: &'a str,
    /// The scheme and authority of this server.
    pub(crate) base: &'a str,
}

impl EntityRenderer<'_> {
    /// Renders an entity.
    pub(crate) fn entity(&self, entity: &Entity) -> Value {
        let url = self.url(entity);
        json!({
            "sid": entity.sid,
            "identity": entity.identity,
            "account_sid": self.account_sid,
            "service_sid": entity.service_sid,
            "date_created": date(entity.created_at),
            "date_updated": date(entity.created_at),
            "url": url,
            "links": {
                "factors": format!("{url}/Factors"),
                "new_factors": format!("{url}/Factors"),
                "challenges": format!("{url}/Challenges"),
            },
        })
    }

    /// Renders a factor of `entity`.
    pub(crate) fn factor(&self, entity: &Entity, factor: &Factor) -> Value {
        json!({
            "sid": factor.sid,
            "account_sid": self.account_sid,
            "service_sid": entity.service_sid,
            "entity_sid": entity.sid,
            "identity": entity.identity,
            "date_created": date(factor.created_at),
            "date_updated": date(factor.updated_at),
            "friendly_name": factor.friendly_name,
            "status": if factor.is_verified { "verified" } else { "unverified" },
            "factor_type": "totp",
            "config": factor.config,
            "metadata": factor.metadata,
            "url": format!("{}/Factors/{}", self.url(entity), factor.sid),
        })
    }

    /// Renders a factor that was just created. Only this response contains the secret.
    pub(crate) fn new_factor(&self, entity: &Entity, factor: &Factor, issuer: &str) -> Value {
        let mut resource = self.factor(entity, factor);
        if let Some(members) = resource.as_object_mut() {
            let binding = json!({
                "secret": base32::encode(&factor.secret),
                "uri": key_uri(factor.config, &factor.secret, issuer, &factor.friendly_name),
            });
            members.insert("binding".to_owned(), binding);
            members.insert("options".to_owned(), Value::Null);
        }
        resource
    }

    /// Renders a challenge of `entity`.
    pub(crate) fn challenge(&self, entity: &Entity, challenge: &Challenge, now: DateTime<Utc>) -> Value {
        let url = format!("{}/Challenges/{}", self.url(entity), challenge.sid);
        json!({
            "sid": challenge.sid,
            "account_sid": self.account_sid,
            "service_sid": entity.service_sid,
            "entity_sid": entity.sid,
            "identity": entity.identity,
            "factor_sid": challenge.factor_sid,
            "date_created": date(challenge.created_at),
            "date_updated": date(challenge.updated_at),
            "date_responded": challenge.responded_at.map(date),
            "expiration_date": date(challenge.expires_at),
            "status": challenge.status(now).as_str(),
            // Other reasons exist for denied challenges only.
            "responded_reason": "none",
            "details": challenge.details,
            "hidden_details": challenge.hidden_details,
            "metadata": challenge.metadata,
            "factor_type": "totp",
            "url": url,
            "links": { "notifications": format!("{url}/Notifications") },
        })
    }

    fn url(&self, entity: &Entity) -> String {
        format!("{}/v2/Services/{}/Entities/{}", self.base, entity.service_sid, entity.identity)
    }
}
