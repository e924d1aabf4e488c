//! Statements that are prepared once for each connection. Diesel prepares an UPDATE anew each time, because in general its
//! text depends on what is set, and so it does with a list of values on SQLite: on PostgreSQL that is a round trip and a plan
//! for each. Those of this program set the same columns each time, and their lists are short.

use std::marker::PhantomData;

use diesel::backend::Backend;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;

/// A statement whose text is always the same, or one of a few.
pub(super) struct Prepared<S>(S);

/// Has a statement prepared once.
pub(super) fn prepared<S>(statement: S) -> Prepared<S> {
    Prepared(statement)
}

/// A statement of one place in the program, whose text is always the same.
pub(super) struct Fixed<S, Place>(S, PhantomData<Place>);

/// Has a statement prepared once, and its text not even made again. `Place` is a type for this statement alone: what was
/// prepared is found by it.
pub(super) fn fixed<Place, S>(statement: S) -> Fixed<S, Place> {
    Fixed(statement, PhantomData)
}

impl<S, Place, DB> QueryFragment<DB> for Fixed<S, Place>
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

impl<S, Place: 'static> QueryId for Fixed<S, Place> {
    type QueryId = Place;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<S: Query, Place> Query for Fixed<S, Place> {
    type SqlType = S::SqlType;
}

impl<S, Place, Conn> diesel::RunQueryDsl<Conn> for Fixed<S, Place> {}

impl<S, DB> QueryFragment<DB> for Prepared<S>
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

impl<S> QueryId for Prepared<S> {
    type QueryId = ();
    // Told apart by their text.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<S: Query> Query for Prepared<S> {
    type SqlType = S::SqlType;
}

impl<S, Conn> diesel::RunQueryDsl<Conn> for Prepared<S> {}
