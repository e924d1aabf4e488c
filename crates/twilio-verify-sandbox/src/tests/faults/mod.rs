//! Faults, test numbers and delayed messages: their effect on requests.

mod delayed_delivery;
mod effects;
mod numbers;
