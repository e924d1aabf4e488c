-- Line types from Twilio Lookup, kept so that each number is paid for once.
CREATE TABLE line_types (
    -- An HMAC under a key derived from the deployment's secret, so no number is stored.
    number BLOB PRIMARY KEY NOT NULL,
    -- Twilio's name of the line type: mobile, landline, nonFixedVoip and so on.
    line_type TEXT NOT NULL,
    looked_up_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX line_types_looked_up_at_idx ON line_types (looked_up_at);
