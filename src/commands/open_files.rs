//! The limit of open files: a connection is one.

/// Raises this process's limit to what the system allows it. Many systems give 1024 to begin with, which idle clients can
/// use up; what cannot be raised stays as it is.
pub(super) fn allow_many() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, getrlimit, setrlimit};
        let limit = getrlimit(Resource::Nofile);
        let raised = rustix::process::Rlimit { current: limit.maximum, ..limit };
        if let Err(error) = setrlimit(Resource::Nofile, raised) {
            tracing::debug!(%error, "the limit of open files stays as it is");
        }
    }
}
