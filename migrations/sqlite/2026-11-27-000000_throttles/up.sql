-- Counts of the limits: one row per limit and subject.
CREATE TABLE throttles (
    -- An HMAC under a key derived from the deployment's secret, so no address or number is stored.
    key BLOB PRIMARY KEY NOT NULL,
    -- GCRA's theoretical arrival time in microseconds since 1970. A number, so that SQL can calculate with it
    -- on both databases.
    arrival INTEGER NOT NULL,
    -- How often the limit was exhausted without a full period of recovery in between.
    strikes INTEGER NOT NULL,
    -- The limit at the last count, in microseconds: the time until one attempt is available again, how far
    -- the arrival time may be ahead, and the longest wait for one attempt.
    pace INTEGER NOT NULL,
    slack INTEGER NOT NULL,
    longest INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX throttles_arrival_idx ON throttles (arrival);
