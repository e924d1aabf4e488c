//! `GET /v1/users/me`

use actix_web::{get, web};

use super::call::Call;
use super::problem::Problem;
use super::user::User;
use crate::auth::proof::{FullAccess, Verified};

/// Who am I
///
/// The user that the access token belongs to.
#[utoipa::path(
    operation_id = "me",
    tag = "Account",
    responses((status = 200, description = "The user.", body = User)),
)]
#[get("/v1/users/me")]
pub async fn me(call: Call<Verified<FullAccess>>) -> Result<web::Json<User>, Problem> {
    Ok(web::Json(call.caller.user().clone().into()))
}
