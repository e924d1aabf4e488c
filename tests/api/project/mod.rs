//! The project itself: its structure, its pages and its list of threats.

mod architecture;
mod configuration_page;
mod import_cycles;
mod test_filters;
mod threats;
