//! The deployment's secret of `dev`: generated once and stored next to the database file.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use countersign::auth::DeploymentSecret;
use countersign::config::Settings;
use secrecy::{ExposeSecret, SecretString};
use storage::DatabaseUrl;

use super::Failure;

/// Returns the configured secret, or the one in the file, which is created if it does not exist. A database
/// in memory gets a new secret, which is not stored.
pub(super) fn secret(settings: &Settings, database: &DatabaseUrl) -> Result<DeploymentSecret, Failure> {
    let configured = &settings.tokens.secret;
    let secret = match (configured.expose_secret().is_empty(), database) {
        (false, _) => configured.clone(),
        (true, DatabaseUrl::SqliteMemory) => DeploymentSecret::generate().map_err(Failure::failed)?,
        (true, database) => {
            let path = database.file().map_or_else(|| "countersign.secret".into(), secret_path);
            read_or_create(&path).map_err(|error| Failure::Failed(format!("{}: {error}", path.display())))?
        }
    };
    DeploymentSecret::parse(secret)
        .map_err(|error| Failure::Usage(format!("COUNTERSIGN__TOKENS__SECRET: {error}")))
}

fn secret_path(file: &Path) -> PathBuf {
    file.with_extension("secret")
}

fn read_or_create(path: &Path) -> std::io::Result<SecretString> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    // For the owner only: this secret and the database file are enough to sign tokens.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(mut file) => {
            let secret = DeploymentSecret::generate().map_err(std::io::Error::other)?;
            file.write_all(secret.expose_secret().as_bytes())?;
            file.sync_all()?;
            Ok(secret)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            Ok(std::fs::read_to_string(path)?.trim().to_owned().into())
        }
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_is_created_once_and_readable_by_its_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let directory = std::env::temp_dir().join(format!("countersign-secret-{}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        let path = directory.join("a.secret");
        let made = read_or_create(&path).unwrap();
        assert_eq!(read_or_create(&path).unwrap().expose_secret(), made.expose_secret());
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::remove_dir_all(directory).unwrap();
    }
}
