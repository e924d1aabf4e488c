-- Codes can now also go to a new number or address, before it becomes the user's.
ALTER TABLE challenges RENAME COLUMN phone_number TO destination;
DROP INDEX challenges_phone_number_idx;
CREATE INDEX challenges_destination_idx ON challenges (destination);
-- The purpose of the code: log_in, phone_change or email_change.
ALTER TABLE challenges ADD COLUMN purpose TEXT NOT NULL DEFAULT 'log_in';
-- A user has at most one open change of each kind.
CREATE UNIQUE INDEX challenges_user_id_purpose_key ON challenges (user_id, purpose)
    WHERE purpose <> 'log_in' AND spent_at IS NULL AND cancelled_at IS NULL;

-- One row per password reset. Unknown addresses have rows too, so that a caller cannot tell whether there is
-- a user.
CREATE TABLE password_resets (
    id BLOB PRIMARY KEY NOT NULL,
    -- NULL for an unknown address.
    user_id BLOB REFERENCES users (id) ON DELETE CASCADE,
    -- The destination of the code. If the user's address has changed since, the reset is invalid.
    email TEXT,
    -- Twilio's SID. NULL until the code is sent.
    verification_sid TEXT,
    failed_checks INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    -- When the code expires.
    expires_at INTEGER NOT NULL,
    -- When the code was correct. The rest of the reset can then be retried without another check.
    approved_at INTEGER,
    -- When the reset ended, with a new password or without.
    spent_at INTEGER
) STRICT;
CREATE INDEX password_resets_user_id_idx ON password_resets (user_id);
CREATE INDEX password_resets_expires_at_idx ON password_resets (expires_at);
