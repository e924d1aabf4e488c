-- What kind of line a number was when Twilio Lookup was asked: each number is paid for once.
CREATE TABLE line_types (
    -- An HMAC under a key of the deployment's secret: no number stands here.
    number BYTEA PRIMARY KEY,
    -- Twilio's word: mobile, landline, nonFixedVoip and so on.
    line_type TEXT NOT NULL,
    looked_up_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX line_types_looked_up_at_idx ON line_types (looked_up_at);
