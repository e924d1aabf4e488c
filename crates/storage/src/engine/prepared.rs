//! Statements that are prepared once per connection. Diesel prepares an UPDATE each time, because its text
//! may depend on the values, and so it does with a list of values on SQLite. On PostgreSQL that costs a round
//! trip and a plan. The statements of this program set the same columns each time, and their lists are short.

use std::marker::PhantomData;

use diesel::backend::Backend;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;

/// A statement with one text, or one of a few. `F`: how the prepared statement is found.
pub(crate) struct Prepared<S, F = Text>(S, PhantomData<F>);

/// How a prepared statement is found.
pub(crate) trait FoundBy: 'static {
    /// Whether it identifies one text, which then need not be built again.
    const IS_ONE_TEXT: bool = true;
}

/// By its text.
pub(crate) enum Text {}

impl FoundBy for Text {
    const IS_ONE_TEXT: bool = false;
}

/// Makes a statement that is prepared once.
pub(crate) fn prepared<S>(statement: S) -> Prepared<S> {
    Prepared(statement, PhantomData)
}

/// Makes a statement with one text that is prepared once and found by `F`, a type for this statement only,
/// without building the text.
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
