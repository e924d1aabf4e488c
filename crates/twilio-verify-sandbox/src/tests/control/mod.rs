//! The control API: virtual phones, clock, faults, journal and events.

mod events;
mod faults;
mod journal;
mod phones_and_clock;
