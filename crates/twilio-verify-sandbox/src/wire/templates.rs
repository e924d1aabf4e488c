//! `/v2/Templates`.

use actix_web::HttpResponse;
use chrono::{DateTime, Utc};

use super::call::{Call, found};
use super::paging::Listed;
use crate::phone::templates::{TEMPLATES, Template};
use crate::twilio::errors::TwilioError;

impl Listed for Template {
    fn place(&self) -> (DateTime<Utc>, &str) {
        (DateTime::UNIX_EPOCH, self.sid)
    }
}

/// `GET /v2/Templates`: the same in every account.
pub(super) async fn list(call: Call) -> Result<HttpResponse, TwilioError> {
    let (page, query) = (call.page()?, call.query()?);
    let wanted =
        |template: &&Template| query.get("FriendlyName").is_none_or(|name| name == template.friendly_name);
    let templates: Vec<&Template> = TEMPLATES.iter().filter(wanted).collect();
    Ok(found(page.of("templates", templates, |template| template.to_json(call.account_sid()))))
}
