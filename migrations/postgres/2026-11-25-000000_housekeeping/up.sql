-- Which replica deletes what nobody needs any more: whoever claims this one row.
CREATE TABLE housekeeping (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    -- Until then somebody is at it. Moved on with each batch, so that a replica that crashed is followed soon.
    claimed_until TIMESTAMPTZ NOT NULL,
    -- When the last run began that did all there was to do.
    last_run_at TIMESTAMPTZ NOT NULL
);
INSERT INTO housekeeping (id, claimed_until, last_run_at) VALUES (1, 'epoch', 'epoch');

-- What is old is found without looking at what is not.
CREATE INDEX challenges_expires_at_idx ON challenges (expires_at);
CREATE INDEX sessions_expires_at_idx ON sessions (expires_at);
CREATE INDEX sessions_ended_at_idx ON sessions (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX activities_occurred_at_idx ON activities (occurred_at);
