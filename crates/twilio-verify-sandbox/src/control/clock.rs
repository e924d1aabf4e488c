//! The clock: forward, and back to real time.

use actix_web::web;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::problem::{Problem, ProblemCode};
use crate::state::State;
use movable_clock::Clock;

/// Seconds that the clock may be ahead in all: ten years. Far more than anything here lives, and far from the end
/// of what a date can be.
const MAX_OFFSET: i64 = 10 * 365 * 24 * 60 * 60;

/// How far to move the clock.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClockMove {
    /// Seconds to go forward.
    #[schema(minimum = 0, maximum = 315_360_000, example = 600)]
    advance_seconds: i64,
}

/// What the clock shows.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ClockReading {
    /// The sandbox's time.
    now: DateTime<Utc>,
    /// Seconds that it is ahead of real time.
    #[schema(example = 600)]
    offset_seconds: i64,
}

impl ClockReading {
    pub(super) fn of(clock: &Clock) -> web::Json<Self> {
        web::Json(Self { now: clock.now(), offset_seconds: clock.offset_seconds() })
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
pub(crate) async fn get_clock(state: web::Data<State>) -> web::Json<ClockReading> {
    ClockReading::of(&state.clock)
}

/// Move the clock forward
///
/// A code expires ten minutes after its first send: move the clock instead of waiting. Messages under way whose time
/// comes with the move arrive at once.
#[utoipa::path(
    post,
    path = "/sandbox/clock",
    operation_id = "advanceClock",
    tag = "clock",
    request_body = ClockMove,
    responses(
        (status = 200, description = "The time now.", body = ClockReading),
        (status = 400, description = "Not JSON (`malformed_request`).", body = Problem,
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
    state: web::Data<State>,
    body: web::Json<ClockMove>,
) -> Result<web::Json<ClockReading>, Problem> {
    let seconds = body.advance_seconds;
    if seconds < 0 {
        let detail = "The clock goes forward only; DELETE /sandbox/clock goes back to real time.";
        return Err(Problem::new(ProblemCode::ClockBackwards, detail));
    }
    let too_far = || Problem::new(ProblemCode::ClockTooFar, "The clock can be ten years ahead, no more.");
    if seconds > MAX_OFFSET - state.clock.offset_seconds() {
        return Err(too_far());
    }
    state.advance_clock(u32::try_from(seconds).map_err(|_| too_far())?);
    Ok(ClockReading::of(&state.clock))
}

/// Go back to real time
///
/// What has expired stays expired, and what was started ahead of real time ends. Messages under way keep the time
/// that they have still to go.
#[utoipa::path(
    delete,
    path = "/sandbox/clock",
    operation_id = "resetClock",
    tag = "clock",
    responses((status = 200, description = "The time now.", body = ClockReading))
)]
pub(crate) async fn reset_clock(state: web::Data<State>) -> web::Json<ClockReading> {
    state.reset_clock();
    ClockReading::of(&state.clock)
}
