//! Batches the read that every protected request makes.
//!
//! While one statement is in flight to PostgreSQL, or the worker serves other requests, the reads of a worker
//! thread queue up. The next statement answers all of them. So they share a round trip, or SQLite's locks. A
//! request is never answered from a read that began before it.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Weak};

use diesel::result::Error as DieselError;
use tokio::sync::{mpsc, oneshot};
use tokio::task::yield_now;
use tracing::Instrument;

use crate::engine::db::{Backend, Db};
use crate::tables::sessions::{self, BATCH_SIZE, SessionState};
use crate::tables::users::User;
use crate::{Error, Id};

/// Consecutive turns of the scheduler without a new read before a statement is sent. A read often arrives
/// just before the next ones. On PostgreSQL the second turn is worth a tenth of the requests per second;
/// further turns gain nothing.
const EMPTY_TURNS: u32 = 2;

/// A session and its user. Boxed, because it is passed through many functions.
type Found = Option<Box<(SessionState, User)>>;

/// A queued read.
struct Read {
    id: Id,
    answer: oneshot::Sender<Result<Found, Error>>,
}

thread_local! {
    /// The queues of this thread, by the address of their database.
    static QUEUES: RefCell<HashMap<usize, mpsc::UnboundedSender<Read>>> = RefCell::default();
}

impl Db {
    /// Returns the state of a session and its user, whether or not the session is alive.
    pub async fn session_with_user(&self, id: Id) -> Result<Option<Box<(SessionState, User)>>, Error> {
        let span = tracing::info_span!(target: "traces", "database read", otel.kind = "client");
        let read = async {
            let (answer, answered) = oneshot::channel();
            enqueue(&self.0, Read { id, answer });
            answered.await.map_err(|_| Error::Unavailable("the read was given up".into()))?
        };
        read.instrument(span).await
    }
}

fn enqueue(backend: &Arc<Backend>, read: Read) {
    QUEUES.with_borrow_mut(|queues| {
        let address = Arc::as_ptr(backend).addr();
        let unsent = match queues.get(&address) {
            Some(queue) => queue.send(read).err().map(|unsent| unsent.0),
            None => Some(read),
        };
        // The first read, or the first after the runtime of the previous task ended.
        if let Some(read) = unsent {
            let (queue, reads) = mpsc::unbounded_channel();
            tokio::spawn(answer_batches(Arc::downgrade(backend), reads));
            // Cannot fail: the task ends only after its queue.
            let _ = queue.send(read);
            queues.insert(address, queue);
        }
    });
}

/// Answers reads until the queue is closed. `backend` is weak, so that a database can be closed, but its
/// address is not reused.
async fn answer_batches(backend: Weak<Backend>, mut queue: mpsc::UnboundedReceiver<Read>) {
    let mut batch = Vec::with_capacity(BATCH_SIZE);
    while queue.recv_many(&mut batch, BATCH_SIZE).await > 0 {
        collect_more(&mut batch, &mut queue).await;
        // Requests that were dropped meanwhile need no answer.
        batch.retain(|read: &Read| !read.answer.is_closed());
        // A request keeps its database alive until it is answered.
        let Some(backend) = backend.upgrade() else { return };
        let mut found = find(&backend, batch.iter().map(|read| read.id)).await;
        if let Err(Error::Unavailable(_)) = found {
            // Reads that arrived meanwhile fail too, instead of waiting for one timeout after another.
            while let Ok(read) = queue.try_recv() {
                batch.push(read);
            }
        }
        let mut reads = batch.drain(..);
        while let Some(Read { id, answer }) = reads.next() {
            let is_last = reads.as_slice().iter().all(|read| read.id != id);
            let own = found.as_mut().map(|found| take(found, id, is_last)).map_err(|error| copy(error));
            // Fails if the request was dropped.
            let _ = answer.send(own);
        }
    }
}

/// Adds the reads that arrive within the next turns of the scheduler. A single read waits [`EMPTY_TURNS`], a
/// microsecond each.
async fn collect_more(batch: &mut Vec<Read>, queue: &mut mpsc::UnboundedReceiver<Read>) {
    let mut empty_turns = 0;
    while empty_turns < EMPTY_TURNS && batch.len() < BATCH_SIZE {
        let before = batch.len();
        yield_now().await;
        while batch.len() < BATCH_SIZE
            && let Ok(read) = queue.try_recv()
        {
            batch.push(read);
        }
        empty_turns = if batch.len() > before { 0 } else { empty_turns + 1 };
    }
}

/// Returns what was found of one session. Clones it if other reads of the batch need it too.
fn take(found: &mut Vec<(SessionState, User)>, id: Id, is_last: bool) -> Found {
    let index = found.iter().position(|(state, _)| state.id == id)?;
    if is_last { Some(Box::new(found.swap_remove(index))) } else { found.get(index).cloned().map(Box::new) }
}

async fn find(backend: &Backend, ids: impl Iterator<Item = Id>) -> Result<Vec<(SessionState, User)>, Error> {
    // Several requests may read the same session.
    let ids: BTreeSet<Id> = ids.collect();
    let Some(first) = ids.first().copied() else { return Ok(vec![]) };
    if ids.len() == 1 {
        let one = backend.read(async move |mut c| sessions::state_with_user(&mut c, first).await);
        return one.await.map(|found| found.into_iter().collect());
    }
    let mut several = [first; BATCH_SIZE];
    several.iter_mut().zip(ids).for_each(|(place, id)| *place = id);
    backend.read(async move |mut c| sessions::states_with_users(&mut c, &several).await).await
}

/// Copies an error for each read of a batch.
fn copy(error: &Error) -> Error {
    match error {
        Error::Unavailable(cause) => Error::Unavailable(cause.clone()),
        other => Error::Failed(DieselError::QueryBuilderError(other.to_string().into())),
    }
}
