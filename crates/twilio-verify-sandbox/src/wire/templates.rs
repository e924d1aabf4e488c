//! `/v2/Templates`.

use actix_web::HttpResponse;
use chrono::{DateTime, Utc};

use super::answer::found;
use super::paging::Listed;
use super::request::WireRequest;
use crate::phone::templates::{TEMPLATES, Template};
use crate::twilio::errors::TwilioError;

impl Listed for Template {
    fn place(&self) -> (DateTime<Utc>, &str) {
        (DateTime::UNIX_EPOCH, self.sid)
    }
}

/// `GET /v2/Templates`. Every account has the same.
pub(super) async fn list(request: WireRequest) -> Result<HttpResponse, TwilioError> {
    let page = request.page()?;
    let query = request.query()?;
    let name = query.get("FriendlyName");
    let matches = |template: &&Template| name.is_none_or(|name| name == template.friendly_name);
    let templates: Vec<&Template> = TEMPLATES.iter().filter(matches).collect();
    Ok(found(page.of("templates", templates, |template| template.to_json(request.account_sid()))))
}
