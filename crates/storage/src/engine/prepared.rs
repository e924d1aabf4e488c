//! Statements that are prepared once for each connection. Diesel prepares an UPDATE anew each time, because in general its
//! text depends on what is set, and so it does with a list of values on SQLite: on PostgreSQL that is a round trip and a plan
//! for each. Those of this program set the same columns each time, and their lists are short.

use std::marker::PhantomData;

use diesel::backend::Backend;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;

/// A statement whose text is always the same, or one of a few. `F`: what was prepared is found by it.
pub(crate) struct Prepared<S, F = Text>(S, PhantomData<F>);

/// What a prepared statement is found by.
pub(crate) trait FoundBy: 'static {
    /// Whether it stands for one text, which need not be made again then.
    const IS_ONE_TEXT: bool = true;
}

/// By its text.
pub(crate) enum Text {}

impl FoundBy for Text {
    const IS_ONE_TEXT: bool = false;
}

/// Has a statement prepared once.
pub(crate) fn prepared<S>(statement: S) -> Prepared<S> {
    Prepared(statement, PhantomData)
}

/// Has a statement of one text prepared once, and found without making the text: by `F`, a type that is this statement's
/// alone.
pub(crate) fn fixed<F: FoundBy, S>(statement: S) -> Prepared<S, F> {
    Prepared(statement, PhantomData)
}

impl<S, F, DB> QueryFragment<DB> for Prepared<S, F>
where
    S: QueryFragment<DB>,
    DB: Backend,
{
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }

    fn is_safe_to_cache_prepared(&self, _: &DB) -> QueryResult<bool> {
        Ok(true)
    }
}

impl<S, F: FoundBy> QueryId for Prepared<S, F> {
    type QueryId = F;
    const HAS_STATIC_QUERY_ID: bool = F::IS_ONE_TEXT;
}

impl<S: Query, F> Query for Prepared<S, F> {
    type SqlType = S::SqlType;
}

impl<S, F, Conn> diesel::RunQueryDsl<Conn> for Prepared<S, F> {}
