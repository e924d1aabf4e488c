//! The project itself: its structure and its generated pages.

mod architecture;
mod configuration_page;
mod import_cycles;
