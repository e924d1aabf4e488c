//! The mode of a deployment.

use super::text_enum::text_enum;

text_enum! {
    /// How the program was started. No variable, file or flag turns one mode into the other.
    pub enum Mode {
        /// `countersign dev`: codes go to virtual phones.
        Dev = "dev",
        /// `countersign serve`.
        Production = "production",
    }
}
