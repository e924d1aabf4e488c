-- What has been counted against limits, a row for each limit and whom it is about.
CREATE TABLE throttles (
    -- An HMAC under a key of the deployment's secret: no address, no number, no email address stands here.
    key BLOB PRIMARY KEY NOT NULL,
    -- The theoretical arrival time of GCRA, in microseconds since 1970: a number, so that one statement reckons with it.
    arrival INTEGER NOT NULL,
    -- How often the limit was used up without having been whole again for a period in between.
    strikes INTEGER NOT NULL,
    -- The limit as it was when this was last counted, in microseconds: how long one attempt takes to come back, how far
    -- ahead the arrival may lie, and the longest that one attempt takes after many strikes.
    pace INTEGER NOT NULL,
    slack INTEGER NOT NULL,
    longest INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX throttles_arrival_idx ON throttles (arrival);
