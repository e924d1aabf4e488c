-- How often a right code has opened a session. That a challenge opens one, and none once it is cancelled, is the
-- database's to refuse: so all that a right code changes can be sent, and committed, at once.
ALTER TABLE challenges ADD COLUMN uses INTEGER NOT NULL DEFAULT 0
    CHECK (uses <= 1 AND (uses = 0 OR cancelled_at IS NULL));
