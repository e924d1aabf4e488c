//! The migrations as files.

use std::path::Path;

/// One migration of one database.
pub struct Migration {
    /// `sqlite` or `postgres`.
    pub backend: &'static str,
    /// The name of its folder.
    pub name: String,
    pub up: String,
    pub down: String,
}

/// Every migration, in the order in which they run.
pub fn migrations() -> Vec<Migration> {
    ["sqlite", "postgres"].into_iter().flat_map(of_backend).collect()
}

fn of_backend(backend: &'static str) -> Vec<Migration> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(backend);
    let entries = std::fs::read_dir(&folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    let read = |name: &str, file: &str| std::fs::read_to_string(folder.join(name).join(file)).unwrap();
    let migration =
        |name: String| Migration { backend, up: read(&name, "up.sql"), down: read(&name, "down.sql"), name };
    names.into_iter().map(migration).collect()
}
