//! The project itself: its structure, its generated pages and its list of threats.

mod architecture;
mod configuration_page;
mod import_cycles;
mod threats;
