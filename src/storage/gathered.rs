//! The read that every protected request makes, gathered: while one statement is under way to PostgreSQL, or the worker is
//! busy with other requests, whoever asks on the same worker waits for the next statement, which asks for all of them at
//! once. Where few ask, nobody waits; where many do, they share what a statement costs: a round trip, or SQLite's locks.
//! Nobody is answered from before they asked.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, Weak};

use diesel::result::Error as DieselError;
use tokio::sync::{mpsc, oneshot};

use super::db::Backend;
use super::sessions::{self, Session};
use super::users::User;
use super::{Error, Id};

/// Most that one statement asks for. SQLite prepares a statement for each number of them.
const MOST: usize = 16;

/// A session and its user.
type Found = Option<(Session, User)>;

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
pub(super) async fn session_with_user(backend: &Arc<Backend>, id: Id) -> Result<Found, Error> {
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
    let mut batch = Vec::with_capacity(MOST);
    while queue.recv_many(&mut batch, MOST).await > 0 {
        // Who has hung up meanwhile needs no answer.
        batch.retain(|asked: &Asked| !asked.answer.is_closed());
        let ids = batch.iter().map(|asked| asked.id).collect::<Vec<_>>();
        // Whoever asks holds on to the database until they are answered.
        let Some(backend) = backend.upgrade() else { return };
        let found = match ids.as_slice() {
            [] => continue,
            [id] => {
                let id = *id;
                let one = backend.read(async move |mut c| sessions::find_with_user(&mut c, id).await);
                one.await.map(|found| found.into_iter().collect())
            }
            _ => backend.read(async move |mut c| sessions::find_with_users(&mut c, &ids).await).await,
        };
        for Asked { id, answer, .. } in batch.drain(..) {
            // Two requests may ask for one session.
            let own =
                |found: &Vec<(Session, User)>| found.iter().find(|(session, _)| session.id == id).cloned();
            // Nobody minds whoever has hung up.
            let _ = answer.send(found.as_ref().map(own).map_err(again));
        }
        // They go on now, and whoever comes meanwhile gathers. Sent before that, the next statement would ask for a few
        // only; where nobody waits, nobody waits for this either.
        tokio::task::yield_now().await;
    }
}

/// An error as one of those is told who share it.
fn again(error: &Error) -> Error {
    match error {
        Error::Unavailable(cause) => Error::Unavailable(cause.clone()),
        other => Error::Failed(DieselError::QueryBuilderError(other.to_string().into())),
    }
}
