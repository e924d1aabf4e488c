//! Hashes passwords on a bounded pool of threads.
//!
//! There is one thread per core, each with a [`HashEngine`] of its own, behind a bounded queue. If the queue
//! is full, the server answers 503, so a flood of log-ins starves nothing else. On Linux the threads also
//! have a lower priority than the rest of the process: a request that takes a millisecond does not wait for
//! one that takes twenty.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use argon2id_simd::Argon2id;
use tokio::sync::oneshot;
use tracing::Instrument;

use super::engine::HashEngine;
use super::password_hash::{HashParameters, PasswordHash};
use crate::auth::error::Error;
use crate::auth::values::password::Password;
use crate::metrics::Metrics;

/// `Retry-After` in seconds if the queue is full: by then it has been worked off.
const OVERLOADED_RETRY_AFTER: u32 = 1;

/// How much the hashing threads raise their nice value (`nice(2)`). If other threads need the core as well,
/// hashing gets a tenth of it; otherwise it gets all of it.
#[cfg(target_os = "linux")]
const NICE_INCREMENT: i32 = 10;

/// The cost of a hash and the size of the pool.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// The parameters of new hashes. Older hashes are replaced at the next log-in.
    pub parameters: HashParameters,
    /// Whether to use the CPU's vectors if that is faster ([`Argon2id::fastest`]).
    pub simd: bool,
    /// Threads; 0 means one per core.
    pub threads: usize,
    /// The most hashes that wait for a thread.
    pub queue: usize,
}

/// The result of comparing a password.
pub enum Compared {
    /// The password is wrong, or there was no hash to compare it with.
    Wrong,
    /// The password is right.
    Right {
        /// A new hash to store, if the stored one was made with other parameters.
        rehashed: Option<PasswordHash>,
    },
}

type Job = Box<dyn FnOnce(&mut HashEngine) + Send>;

/// A handle to the hashing threads, which end with the last handle.
#[derive(Clone)]
pub struct Hasher {
    jobs: SyncSender<Job>,
    kernel: Argon2id,
    parameters: HashParameters,
    metrics: Metrics,
}

impl Hasher {
    /// Starts the threads.
    ///
    /// # Errors
    /// When the system cannot create a thread.
    pub fn start(settings: Settings, metrics: Metrics) -> std::io::Result<Self> {
        let threads = match settings.threads {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            threads => threads,
        };
        let kernel = if settings.simd { Argon2id::fastest() } else { Argon2id::portable() };
        let (jobs, queue) = sync_channel(settings.queue);
        let queue = Arc::new(Mutex::new(queue));
        for number in 0..threads {
            let queue = queue.clone();
            let thread = std::thread::Builder::new().name(format!("hashing-{number}"));
            thread.spawn(move || run_jobs(&queue, kernel))?;
        }
        Ok(Self { jobs, kernel, parameters: settings.parameters, metrics })
    }

    /// The implementation of Argon2id that the threads use.
    pub fn argon2id(&self) -> Argon2id {
        self.kernel
    }

    /// Hashes a new password.
    ///
    /// # Errors
    /// [`Error::Overloaded`].
    pub async fn hash(&self, password: Password) -> Result<PasswordHash, Error> {
        let parameters = self.parameters;
        self.run_with_engine(move |engine| engine.hash(&password, parameters)).await?
    }

    /// Compares a password with a stored hash. Without a hash (no such user), the same work is done.
    ///
    /// # Errors
    /// [`Error::Overloaded`].
    pub async fn compare(&self, password: Password, stored: Option<PasswordHash>) -> Result<Compared, Error> {
        let parameters = self.parameters;
        self.run_with_engine(move |engine| {
            let Some(stored) = stored else {
                engine.hash(&password, parameters)?;
                return Ok(Compared::Wrong);
            };
            if !engine.matches(&password, &stored)? {
                return Ok(Compared::Wrong);
            }
            let rehashed =
                if stored.is_current(parameters) { None } else { Some(engine.hash(&password, parameters)?) };
            Ok(Compared::Right { rehashed })
        })
        .await?
    }

    /// Runs other slow work on one of the threads.
    ///
    /// # Errors
    /// [`Error::Overloaded`].
    pub(crate) async fn run<R: Send + 'static>(
        &self,
        work: impl FnOnce() -> R + Send + 'static,
    ) -> Result<R, Error> {
        self.run_with_engine(|_| work()).await
    }

    async fn run_with_engine<R: Send + 'static>(
        &self,
        work: impl FnOnce(&mut HashEngine) -> R + Send + 'static,
    ) -> Result<R, Error> {
        let (sender, result) = oneshot::channel();
        let request = tracing::Span::current();
        let metrics = self.metrics.clone();
        let began = Instant::now();
        let job: Job = Box::new(move |engine| {
            metrics.hash_waited(began.elapsed());
            // The client may have closed its connection while the job waited.
            if !sender.is_closed() {
                let _ = sender.send(request.in_scope(|| work(engine)));
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
        result.instrument(span).await.map_err(|_| Error::internal("a hashing thread has stopped"))
    }
}

/// Lowers the priority of the calling thread. Only on Linux: elsewhere `nice` would affect the whole process.
fn lower_priority() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(NICE_INCREMENT) {
        tracing::debug!(%error, "the hashing threads keep their priority");
    }
}

fn run_jobs(queue: &Mutex<Receiver<Job>>, kernel: Argon2id) {
    lower_priority();
    let mut engine = HashEngine::new(kernel);
    loop {
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        // A panic fails its own request. The thread goes on, or a few odd inputs would end them all.
        if catch_unwind(AssertUnwindSafe(|| job(&mut engine))).is_err() {
            engine = HashEngine::new(kernel);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn one_thread(queue: usize) -> Hasher {
        let parameters = HashParameters { memory_kib: 64, iterations: 1, parallelism: 1 };
        Hasher::start(Settings { parameters, simd: false, threads: 1, queue }, Metrics::new().unwrap())
            .unwrap()
    }

    /// Threats: a65, c18.
    #[tokio::test]
    async fn a_panic_ends_no_thread() {
        let hasher = one_thread(1);
        for _ in 0..3 {
            let failed = hasher.run(|| panic!("on purpose")).await;
            assert!(matches!(failed, Err(Error::Internal(_))));
            assert_eq!(hasher.run(|| 42).await.ok(), Some(42));
        }
    }

    /// Threats: b36.
    #[tokio::test]
    async fn a_job_is_skipped_if_its_client_is_gone() {
        let hasher = one_thread(8);
        let (release, held) = std::sync::mpsc::channel::<()>();
        let (done, results) = std::sync::mpsc::channel();
        let mut busy = Box::pin(hasher.run(move || held.recv()));
        assert!((&mut busy).now_or_never().is_none());
        let queued = |number: u32| {
            let done = done.clone();
            let mut waiting = Box::pin(hasher.run(move || done.send(number)));
            assert!((&mut waiting).now_or_never().is_none());
            waiting
        };
        let first = queued(1);
        let second = queued(2);
        let third = queued(3);
        drop(second);
        release.send(()).unwrap();
        busy.await.unwrap().unwrap();
        first.await.unwrap().unwrap();
        third.await.unwrap().unwrap();
        drop(done);
        assert_eq!(results.iter().collect::<Vec<_>>(), [1, 3]);
    }
}
