//! The clock: forward, and back to real time.

use std::time::Duration;

use actix_web::web;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::problem::{Problem, ProblemCode};
use crate::handles::clock::{ClockTooFar, SandboxClock};

/// A movement of the clock.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClockMove {
    /// How many seconds to move it forward.
    #[schema(minimum = 0, maximum = 315_360_000, example = 600)]
    advance_seconds: i64,
}

/// The time that the clock shows.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ClockReading {
    /// The sandbox's time.
    now: DateTime<Utc>,
    /// How many seconds it is ahead of real time.
    #[schema(value_type = i64, example = 600)]
    offset_seconds: u64,
}

impl ClockReading {
    pub(super) fn of(clock: &SandboxClock) -> web::Json<Self> {
        web::Json(Self { now: clock.now(), offset_seconds: clock.offset().as_secs() })
    }
}

/// Read the clock
#[utoipa::path(
    get,
    path = "/sandbox/clock",
    operation_id = "getClock",
    tag = "clock",
    responses((status = 200, description = "The time.", body = ClockReading))
)]
pub(crate) async fn get_clock(clock: web::Data<SandboxClock>) -> web::Json<ClockReading> {
    ClockReading::of(&clock)
}

/// Move the clock forward
///
/// A code expires ten minutes after it was first sent. Move the clock instead of waiting. Delayed messages that are
/// due by then arrive at once.
#[utoipa::path(
    post,
    path = "/sandbox/clock",
    operation_id = "advanceClock",
    tag = "clock",
    request_body = ClockMove,
    responses(
        (status = 200, description = "The new time.", body = ClockReading),
        (status = 400, description = "The body is not JSON (`malformed_request`).", body = Problem,
            content_type = "application/problem+json"),
        (status = 413, description = "`payload_too_large`.", body = Problem,
            content_type = "application/problem+json"),
        (status = 415, description = "`unsupported_media_type`.", body = Problem,
            content_type = "application/problem+json"),
        (status = 422, description = "`clock_backwards`, `clock_too_far`, `validation_failed`.", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn advance_clock(
    clock: web::Data<SandboxClock>,
    body: web::Json<ClockMove>,
) -> Result<web::Json<ClockReading>, Problem> {
    let Ok(seconds) = u64::try_from(body.advance_seconds) else {
        let detail = "The clock moves forward only. DELETE /sandbox/clock sets it back to real time.";
        return Err(Problem::new(ProblemCode::ClockBackwards, detail));
    };
    clock.advance(Duration::from_secs(seconds))?;
    Ok(ClockReading::of(&clock))
}

/// Go back to real time
///
/// Expired codes stay expired, and codes that were sent ahead of real time end. Delayed messages keep their remaining
/// time.
#[utoipa::path(
    delete,
    path = "/sandbox/clock",
    operation_id = "resetClock",
    tag = "clock",
    responses((status = 200, description = "The new time.", body = ClockReading))
)]
pub(crate) async fn reset_clock(clock: web::Data<SandboxClock>) -> web::Json<ClockReading> {
    clock.reset();
    ClockReading::of(&clock)
}

impl From<ClockTooFar> for Problem {
    fn from(error: ClockTooFar) -> Self {
        Self::new(ProblemCode::ClockTooFar, error.to_string())
    }
}
