-- Counts of the limits: one row per limit and subject.
CREATE TABLE throttles (
    -- An HMAC under a key derived from the deployment's secret, so no address or number is stored.
    key BYTEA PRIMARY KEY,
    -- GCRA's theoretical arrival time in microseconds since 1970. A number, so that SQL can calculate with it
    -- on both databases.
    arrival BIGINT NOT NULL,
    -- How often the limit was exhausted without a full period of recovery in between.
    strikes INTEGER NOT NULL,
    -- The limit at the last count, in microseconds: the time until one attempt is available again, how far
    -- the arrival time may be ahead, and the longest wait for one attempt.
    pace BIGINT NOT NULL,
    slack BIGINT NOT NULL,
    longest BIGINT NOT NULL
);
CREATE INDEX throttles_arrival_idx ON throttles (arrival);
