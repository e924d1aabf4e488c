//! The read that every protected request makes, gathered: while one statement is under way to PostgreSQL, or the worker is
//! busy with other requests, whoever asks on the same worker waits for the next statement, which asks for all of them at
//! once. Where few ask, nobody waits; where many do, they share what a statement costs: a round trip, or SQLite's locks.
//! Nobody is answered from before they asked.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Weak};

use diesel::result::Error as DieselError;
use tokio::sync::{mpsc, oneshot};
use tokio::task::yield_now as next_turn;

use super::db::Backend;
use crate::sessions;
use crate::sessions::{AT_ONCE, SessionState};
use crate::users::User;
use crate::{Error, Id};

/// Looks in a row that bring nobody before a statement is sent. One alone often comes just after answers have left, and before
/// what they lead to arrives; on PostgreSQL the second is worth a tenth of the requests per second, and more of them nothing.
const LOOKS: u32 = 2;

/// A session and its user. In a box: it goes through many hands.
type Found = Option<Box<(SessionState, User)>>;

/// Somebody who asks.
struct Asked {
    id: Id,
    answer: oneshot::Sender<Result<Found, Error>>,
}

thread_local! {
    /// Those who gather on this thread, by where their database lies in memory.
    static GATHERERS: RefCell<HashMap<usize, mpsc::UnboundedSender<Asked>>> = RefCell::default();
}

/// A session and its user, whether or not the session is still alive.
///
/// # Errors
/// Those of the database.
pub(crate) async fn session_with_user(backend: &Arc<Backend>, id: Id) -> Result<Found, Error> {
    let (answer, answered) = oneshot::channel();
    ask(backend, Asked { id, answer });
    answered.await.map_err(|_| Error::Unavailable("the read was given up".into()))?
}

fn ask(backend: &Arc<Backend>, asked: Asked) {
    GATHERERS.with_borrow_mut(|gatherers| {
        let place = Arc::as_ptr(backend).addr();
        let unsent = match gatherers.get(&place) {
            Some(gatherer) => gatherer.send(asked).err().map(|unsent| unsent.0),
            None => Some(asked),
        };
        // The first, or the first since the runtime ended on which the last one gathered.
        if let Some(asked) = unsent {
            let (gatherer, queue) = mpsc::unbounded_channel();
            tokio::spawn(gather(Arc::downgrade(backend), queue));
            // It ends with its queue alone.
            let _ = gatherer.send(asked);
            gatherers.insert(place, gatherer);
        }
    });
}

/// `backend`: weak, so that a database can be closed, but its place in memory becomes no other's.
async fn gather(backend: Weak<Backend>, mut queue: mpsc::UnboundedReceiver<Asked>) {
    let mut batch = Vec::with_capacity(AT_ONCE);
    while queue.recv_many(&mut batch, AT_ONCE).await > 0 {
        gather_more(&mut batch, &mut queue).await;
        // Who has hung up meanwhile needs no answer.
        batch.retain(|asked: &Asked| !asked.answer.is_closed());
        // Whoever asks holds on to the database until they are answered.
        let Some(backend) = backend.upgrade() else { return };
        let found = find(&backend, batch.iter().map(|asked| asked.id)).await;
        if let Err(Error::Unavailable(_)) = found {
            // Whoever came meanwhile is told so too: nobody waits for the next attempt behind those who waited for this one.
            while let Ok(asked) = queue.try_recv() {
                batch.push(asked);
            }
        }
        let mut found = found;
        let mut batch = batch.drain(..);
        while let Some(Asked { id, answer }) = batch.next() {
            let is_last = batch.as_slice().iter().all(|asked| asked.id != id);
            let own = found.as_mut().map(|found| take(found, id, is_last)).map_err(|error| again(error));
            // Nobody minds whoever has hung up.
            let _ = answer.send(own);
        }
    }
}

/// As long as the worker's next looks at its connections bring others who ask, they come along. Whoever is alone waits for
/// [`LOOKS`] of them, a microsecond each.
async fn gather_more(batch: &mut Vec<Asked>, queue: &mut mpsc::UnboundedReceiver<Asked>) {
    let mut in_vain = 0;
    while in_vain < LOOKS && batch.len() < AT_ONCE {
        let before = batch.len();
        next_turn().await;
        while batch.len() < AT_ONCE
            && let Ok(asked) = queue.try_recv()
        {
            batch.push(asked);
        }
        in_vain = if batch.len() > before { 0 } else { in_vain + 1 };
    }
}

/// What was found of one session: a copy, where others of the batch ask for it too.
fn take(found: &mut Vec<(SessionState, User)>, id: Id, is_last: bool) -> Found {
    let place = found.iter().position(|(state, _)| state.id == id)?;
    match is_last {
        true => Some(Box::new(found.swap_remove(place))),
        false => found.get(place).cloned().map(Box::new),
    }
}

async fn find(backend: &Backend, ids: impl Iterator<Item = Id>) -> Result<Vec<(SessionState, User)>, Error> {
    // Several requests may ask for one session.
    let ids: BTreeSet<Id> = ids.collect();
    let Some(first) = ids.first().copied() else { return Ok(vec![]) };
    if ids.len() == 1 {
        let one = backend.read(async move |mut c| sessions::state_with_user(&mut c, first).await);
        return one.await.map(|found| found.into_iter().collect());
    }
    let mut several = [first; AT_ONCE];
    several.iter_mut().zip(ids).for_each(|(place, id)| *place = id);
    backend.read(async move |mut c| sessions::states_with_users(&mut c, &several).await).await
}

/// An error as one of those is told who share it.
fn again(error: &Error) -> Error {
    match error {
        Error::Unavailable(cause) => Error::Unavailable(cause.clone()),
        other => Error::Failed(DieselError::QueryBuilderError(other.to_string().into())),
    }
}
