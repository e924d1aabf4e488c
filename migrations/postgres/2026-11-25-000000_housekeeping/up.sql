-- One row: the lease of the replica that deletes expired rows.
CREATE TABLE housekeeping (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    -- When the lease expires. Each batch renews it, so another replica soon takes over after a crash.
    claimed_until TIMESTAMPTZ NOT NULL,
    -- When the last complete run began.
    last_run_at TIMESTAMPTZ NOT NULL
);
INSERT INTO housekeeping (id, claimed_until, last_run_at) VALUES (1, 'epoch', 'epoch');

-- Indexes that find expired rows without a scan.
CREATE INDEX challenges_expires_at_idx ON challenges (expires_at);
CREATE INDEX sessions_expires_at_idx ON sessions (expires_at);
CREATE INDEX sessions_ended_at_idx ON sessions (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX activities_occurred_at_idx ON activities (occurred_at);
