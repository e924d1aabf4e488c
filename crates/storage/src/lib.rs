//! The database of countersign: everything that knows SQL, for SQLite and PostgreSQL.
//!
//! [`Db`] has one method per transaction of a use case (`transactions/`) and one per read. They take plain
//! values and return what was decided. Connections, statements and pipelining are private.
//!
//! Each table has a file with its row structs and statements (`tables/`). A query is written once for both
//! databases. They differ only in `engine/` and in the column types of `values/`.
//!
//! A row that a unique key finds is read with `get_result`, not with `first`: that adds `LIMIT ?`, and with a
//! bound limit SQLite prepares the statement each time, which doubles its cost.
//!
//! Every method fails with [`Error::Unavailable`] if the database cannot be reached or does not respond in
//! time, and with [`Error::Failed`] for other errors of the database. `# Errors` names only what comes on
//! top.

#[macro_use]
mod engine;
mod inspect;
mod schema;
mod session_batcher;
mod tables;
mod transactions;
mod values;

use engine::connection::{Conn, found};
pub use engine::db::{Db, Settings};
pub use engine::error::Error;
pub use engine::postgres::PoolState;
pub use engine::url::{DatabaseUrl, InvalidDatabaseUrl};
pub use inspect::{Inspection, inspect};
pub use tables::{
    activities, challenges, contact_changes, conversions, deployment, housekeeping, line_types,
    password_resets, sessions, signing_keys, throttles, unverified, users, verifications, webhook_outbox,
};
pub use transactions::attempts::Admission;
pub use transactions::begin_challenge::{ChallengeBeginning, ChallengeBegun};
pub use transactions::begin_contact_change::ContactChangeSend;
pub use transactions::cancel_challenge::VerificationUse;
pub use transactions::change_contact::{ContactField, ProvedContact};
pub use transactions::event_rows::EventRows;
pub use transactions::passwords::change_password::{PasswordReplaced, PasswordReplacement};
pub use transactions::passwords::replace_forgotten_password::ForgottenPassword;
pub use transactions::reserve_check::{CheckReservation, ReservedCheck};
pub use transactions::reserve_resend::ReservedSend;
pub use transactions::send_limits::{ConversionRule, SendLimits, SendRejection};
pub use transactions::sessions::end_sessions::{SessionEnd, SessionScope};
pub use transactions::sessions::open_session::{SessionOpened, SessionOpening};
pub use transactions::sessions::rotate_refresh_token::{Rotated, Rotation};
pub use transactions::settle_check::UnansweredCheck;
pub use transactions::takeover::Takeover;
pub use values::activity_kind::ActivityKind;
pub use values::amr::{Amr, AuthMethod};
pub use values::channel::Channel;
pub use values::end_reason::EndReason;
pub use values::event_kind::{EventKind, UnknownEvent};
pub use values::mode::Mode;
pub use values::purpose::Purpose;
pub use values::sql_types::{Id, Timestamp};
