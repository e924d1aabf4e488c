//! Virtual phones and mailboxes: their messages, and the wording of those messages.

pub(crate) mod channel;
pub(crate) mod in_transit;
pub(crate) mod inbox;
pub(crate) mod language;
pub(crate) mod line_types;
pub(crate) mod message;
pub(crate) mod rendering;
pub(crate) mod templates;
pub(crate) mod wording;
