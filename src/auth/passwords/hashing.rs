//! Hashing runs on threads of its own: one per core, each with one buffer that it keeps, behind a queue with
//! an end. A flood of log-ins fills the queue and is told so; it starves nothing else. On Linux the threads also have a
//! lower priority than the rest of the process, so that a request that takes a millisecond need not wait for one that
//! takes twenty.
//!
//! Allocating the 19 MiB anew for each hash would cost up to half of the throughput.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use tokio::sync::oneshot;
use tracing::Instrument;

use super::password_hash;
use super::password_hash::{HashParameters, PasswordHash};
use crate::auth::error::Error;
use crate::auth::values::password::Password;
use crate::metrics::Metrics;
use argon2id_simd::{Argon2id, Block};

/// Seconds after which a client may try again when the queue is full: by then it has been worked off.
const OVERLOADED_RETRY_AFTER: u32 = 1;

/// How much nicer than the rest of the process the hashing threads are (`nice(2)`): where both want a core, hashing gets
/// a tenth of it; where nobody else does, all of it.
#[cfg(target_os = "linux")]
const NICER: i32 = 10;

/// How much work a hash is, and how many may wait.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Of new hashes. Older ones are replaced at the next log-in.
    pub parameters: HashParameters,
    /// Whether the CPU's vectors are used where that is faster ([`Argon2id::fastest`]).
    pub simd: bool,
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
    argon2id: Argon2id,
    parameters: HashParameters,
    metrics: Metrics,
}

impl Hasher {
    /// Starts the threads.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(settings: Settings, metrics: Metrics) -> std::io::Result<Self> {
        let threads = match settings.threads {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            threads => threads,
        };
        let argon2id = if settings.simd { Argon2id::fastest() } else { Argon2id::plain() };
        let (jobs, queue) = sync_channel(settings.queue);
        let queue = Arc::new(Mutex::new(queue));
        for number in 0..threads {
            let queue = queue.clone();
            std::thread::Builder::new().name(format!("hashing-{number}")).spawn(move || work(&queue))?;
        }
        Ok(Self { jobs, argon2id, parameters: settings.parameters, metrics })
    }

    /// What computes Argon2id.
    pub fn argon2id(&self) -> Argon2id {
        self.argon2id
    }

    /// Hashes a new password.
    ///
    /// # Errors
    /// [`Error::Overloaded`].
    pub async fn hash(&self, password: Password) -> Result<PasswordHash, Error> {
        let (argon2id, parameters) = (self.argon2id, self.parameters);
        self.run(move |memory| password_hash::hash(argon2id, &password, parameters, memory)).await?
    }

    /// Compares a password with a stored hash. Where there is none (no such user), the same work is done.
    ///
    /// # Errors
    /// [`Error::Overloaded`].
    pub async fn compare(&self, password: Password, stored: Option<PasswordHash>) -> Result<Compared, Error> {
        let (argon2id, parameters) = (self.argon2id, self.parameters);
        self.run(move |memory| {
            let Some(stored) = stored else {
                password_hash::hash(argon2id, &password, parameters, memory)?;
                return Ok(Compared::Wrong);
            };
            if !password_hash::matches(argon2id, &password, &stored, memory)? {
                return Ok(Compared::Wrong);
            }
            let rehashed = match password_hash::is_current(&stored, parameters) {
                true => None,
                false => Some(password_hash::hash(argon2id, &password, parameters, memory)?),
            };
            Ok(Compared::Right { rehashed })
        })
        .await?
    }

    /// Does work on one of the threads.
    ///
    /// # Errors
    /// [`Error::Overloaded`].
    pub(crate) async fn run<R: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Vec<Block>) -> R + Send + 'static,
    ) -> Result<R, Error> {
        let (answer, answered) = oneshot::channel();
        let (request, metrics, began) = (tracing::Span::current(), self.metrics.clone(), Instant::now());
        let job: Job = Box::new(move |memory| {
            metrics.hash_waited(began.elapsed());
            // Whoever hung up while waiting costs nothing more.
            if !answer.is_closed() {
                let _ = answer.send(request.in_scope(|| work(memory)));
            }
        });
        self.metrics.hash_waits();
        self.jobs.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => {
                self.metrics.hash_refused();
                Error::Overloaded { retry_after: OVERLOADED_RETRY_AFTER }
            }
            TrySendError::Disconnected(_) => Error::internal("the hashing threads have stopped"),
        })?;
        let span = tracing::info_span!(target: "traces", "hashing");
        answered.instrument(span).await.map_err(|_| Error::internal("a hashing thread has stopped"))
    }
}

/// Lowers the priority of the thread that calls it. Elsewhere than on Linux it would be the whole process's.
fn give_way() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(NICER) {
        tracing::debug!(%error, "the hashing threads keep their priority");
    }
}

fn work(queue: &Mutex<Receiver<Job>>) {
    give_way();
    let mut memory = Vec::new();
    loop {
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match job {
            Ok(job) => {
                // Whoever waits for it is told that it failed; the thread goes on, or a few odd inputs would end them all.
                if catch_unwind(AssertUnwindSafe(|| job(&mut memory))).is_err() {
                    memory = Vec::new();
                }
            }
            Err(_) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn one_thread(queue: usize) -> Hasher {
        let parameters = HashParameters { memory_kib: 64, iterations: 1, parallelism: 1 };
        Hasher::start(Settings { parameters, simd: false, threads: 1, queue }, Metrics::default()).unwrap()
    }

    #[tokio::test]
    async fn a65_c18_work_that_panics_takes_no_thread_with_it() {
        let hasher = one_thread(1);
        for _ in 0..3 {
            let failed = hasher.run(|_| panic!("on purpose")).await;
            assert!(matches!(failed, Err(Error::Internal(_))));
            assert_eq!(hasher.run(|_| 42).await.ok(), Some(42));
        }
    }

    #[tokio::test]
    async fn b36_what_nobody_waits_for_any_more_is_not_done() {
        let hasher = one_thread(8);
        let (release, held) = std::sync::mpsc::channel::<()>();
        let (done, results) = std::sync::mpsc::channel();
        let mut busy = Box::pin(hasher.run(move |_| held.recv()));
        assert!((&mut busy).now_or_never().is_none());
        let queued = |number: u32| {
            let done = done.clone();
            let mut waiting = Box::pin(hasher.run(move |_| done.send(number)));
            assert!((&mut waiting).now_or_never().is_none());
            waiting
        };
        let (first, second, third) = (queued(1), queued(2), queued(3));
        drop(second);
        release.send(()).unwrap();
        busy.await.unwrap().unwrap();
        first.await.unwrap().unwrap();
        third.await.unwrap().unwrap();
        drop(done);
        assert_eq!(results.iter().collect::<Vec<_>>(), [1, 3]);
    }
}
