//! Virtual phones: the messages that arrive on them and their wording.

pub(crate) mod channel;
pub(crate) mod inbox;
pub(crate) mod language;
pub(crate) mod messages;
pub(crate) mod phones;
pub(crate) mod templates;
pub(crate) mod under_way;
pub(crate) mod wording;
