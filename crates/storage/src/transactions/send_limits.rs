//! The limits of sending a code.

use super::{Rollback, attempts};
use crate::tables::conversions::{self, Conversion};
use crate::tables::throttles::{Charge, State};
use crate::{Conn, Db, Error, Timestamp};

/// Decides whether another code may be sent to a number, by how many of the codes to numbers like it were
/// answered.
///
/// The rule runs inside the transaction. Its rows are locked last, and those of a later step only if the
/// earlier steps allow the code: many requests share the row of a country, and a pumped range must not lock
/// it.
pub trait ConversionRule: Send {
    /// Returns the rows that each step adds, in the order in which they are locked.
    fn steps(&self) -> Vec<Vec<Conversion>>;

    /// Returns the first hour that counts.
    fn since(&self) -> Timestamp;

    /// Returns the seconds for which a step rejects the code, or `None` if it allows it. `counted`: the hours
    /// of the rows of the step, including what it has just added.
    fn rejects_for(&mut self, step: usize, counted: Vec<Conversion>) -> Option<u32>;
}

/// The limits that count a code before it is sent.
pub struct SendLimits {
    /// The limits, in the order of their rows.
    pub charges: Vec<Charge>,
    /// Set if the user has not proved the number yet.
    pub conversions: Option<Box<dyn ConversionRule>>,
}

/// Why a code must not be sent. Nothing was counted.
pub enum SendRejection {
    /// Limits reject it. Their states.
    Limits(Vec<State>),
    /// Too few codes to numbers like this one are answered. Seconds until the next code may be sent.
    Conversions(u32),
}

impl SendLimits {
    /// Counts a code that is about to be sent. On a rejection the transaction must be rolled back.
    pub(super) async fn reserve<D: From<SendRejection>>(
        self,
        conn: &mut Conn<'_>,
        now: Timestamp,
    ) -> Result<Vec<State>, Rollback<D>> {
        let reject = |rejection: SendRejection| Rollback::Decided(rejection.into());
        let states = attempts::reserve(conn, &self.charges, now).await?;
        let states = states.map_err(|states| reject(SendRejection::Limits(states)))?;
        if let Some(mut rule) = self.conversions {
            for (step, added) in rule.steps().into_iter().enumerate() {
                let numbers = added.iter().map(|row| row.numbers.clone()).collect();
                conversions::add(conn, added).await?;
                let counted = conversions::since(conn, numbers, rule.since()).await?;
                if let Some(seconds) = rule.rejects_for(step, counted) {
                    return Err(reject(SendRejection::Conversions(seconds)));
                }
            }
        }
        Ok(states)
    }
}

impl Db {
    /// Refunds a code that was not sent: in the limits, and in the conversions if `conversions` has rows to
    /// add.
    pub async fn refund_send(
        &self,
        refunds: Vec<State>,
        conversions: Vec<Conversion>,
    ) -> Result<Vec<State>, Error> {
        self.write(async move |mut c| -> Result<Vec<State>, Error> {
            let states = attempts::refund(&mut c, &refunds).await?;
            conversions::add(&mut c, conversions).await?;
            Ok(states)
        })
        .await
    }

    /// Adds to what is counted of ranges of numbers. `added` must be in the order that all requests use.
    pub async fn add_conversions(&self, added: Vec<Conversion>) -> Result<(), Error> {
        self.write(async move |mut c| conversions::add(&mut c, added).await).await
    }
}
