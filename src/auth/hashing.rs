//! Hashing runs on threads of its own: one per core, each with one buffer that it keeps, behind a queue with
//! an end. A flood of log-ins fills the queue and is told so; it starves nothing else.
//!
//! Allocating the 19 MiB anew for each hash would cost up to half of the throughput.

use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use argon2::Block;
use tokio::sync::oneshot;

use super::error::Error;
use super::password::Password;
use super::password_hash::{self, HashParameters, PasswordHash};

/// Seconds after which a client may try again when the queue is full: by then it has been worked off.
const OVERLOADED_RETRY_AFTER: u32 = 1;

/// How much work a hash is, and how many may wait.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Of new hashes. Older ones are replaced at the next log-in.
    pub parameters: HashParameters,
    /// Threads; 0 means one per core.
    pub threads: usize,
    /// Hashes that may wait for a thread.
    pub queue: usize,
}

/// What came of comparing a password.
pub enum Compared {
    /// It is wrong, or there was nothing to compare with.
    Wrong,
    /// It is right.
    Right {
        /// A new hash to store, where the stored one was made with other parameters.
        rehashed: Option<PasswordHash>,
    },
}

type Job = Box<dyn FnOnce(&mut Vec<Block>) + Send>;

/// A handle to the hashing threads, which end with the last handle.
#[derive(Clone)]
pub struct Hasher {
    jobs: SyncSender<Job>,
    parameters: HashParameters,
}

impl Hasher {
    /// Starts the threads.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(settings: Settings) -> std::io::Result<Self> {
        let threads = match settings.threads {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            threads => threads,
        };
        let (jobs, queue) = sync_channel(settings.queue);
        let queue = Arc::new(Mutex::new(queue));
        for number in 0..threads {
            let queue = queue.clone();
            std::thread::Builder::new().name(format!("hashing-{number}")).spawn(move || work(&queue))?;
        }
        Ok(Self { jobs, parameters: settings.parameters })
    }

    /// Hashes a new password.
    ///
    /// # Errors
    /// [`Error::Overloaded`].
    pub async fn hash(&self, password: Password) -> Result<PasswordHash, Error> {
        let parameters = self.parameters;
        self.run(move |memory| password_hash::hash(&password, parameters, memory)).await?
    }

    /// Compares a password with a stored hash. Where there is none (no such user), the same work is done.
    ///
    /// # Errors
    /// [`Error::Overloaded`].
    pub async fn compare(&self, password: Password, stored: Option<PasswordHash>) -> Result<Compared, Error> {
        let parameters = self.parameters;
        self.run(move |memory| {
            let Some(stored) = stored else {
                password_hash::hash(&password, parameters, memory)?;
                return Ok(Compared::Wrong);
            };
            if !password_hash::matches(&password, &stored, memory)? {
                return Ok(Compared::Wrong);
            }
            let rehashed = match password_hash::is_current(&stored, parameters) {
                true => None,
                false => Some(password_hash::hash(&password, parameters, memory)?),
            };
            Ok(Compared::Right { rehashed })
        })
        .await?
    }

    /// Does work on one of the threads.
    ///
    /// # Errors
    /// [`Error::Overloaded`].
    pub(super) async fn run<R: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Vec<Block>) -> R + Send + 'static,
    ) -> Result<R, Error> {
        let (answer, answered) = oneshot::channel();
        let request = tracing::Span::current();
        let job: Job = Box::new(move |memory| {
            // Whoever hung up while waiting costs nothing more.
            if !answer.is_closed() {
                let _ = answer.send(request.in_scope(|| work(memory)));
            }
        });
        self.jobs.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => Error::Overloaded { retry_after: OVERLOADED_RETRY_AFTER },
            TrySendError::Disconnected(_) => Error::internal("the hashing threads have stopped"),
        })?;
        answered.await.map_err(|_| Error::internal("a hashing thread has stopped"))
    }
}

fn work(queue: &Mutex<Receiver<Job>>) {
    let mut memory = Vec::new();
    loop {
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match job {
            Ok(job) => job(&mut memory),
            Err(_) => return,
        }
    }
}
