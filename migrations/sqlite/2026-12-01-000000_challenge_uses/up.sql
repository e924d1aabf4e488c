-- How often a correct code has opened a session. The constraint ensures that a challenge opens at most one
-- session, and none once it is cancelled. So all changes of a correct code can be sent and committed
-- together.
ALTER TABLE challenges ADD COLUMN uses INTEGER NOT NULL DEFAULT 0
    CHECK (uses <= 1 AND (uses = 0 OR cancelled_at IS NULL));
