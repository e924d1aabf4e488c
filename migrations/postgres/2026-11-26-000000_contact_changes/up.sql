-- Codes go to a new number or address too, before it is the user's.
ALTER TABLE challenges RENAME COLUMN phone_number TO destination;
DROP INDEX challenges_phone_number_idx;
CREATE INDEX challenges_destination_idx ON challenges (destination);
-- What the code is for: log_in, phone_change, email_change.
ALTER TABLE challenges ADD COLUMN purpose TEXT NOT NULL DEFAULT 'log_in';
-- One change of each kind at a time.
CREATE UNIQUE INDEX challenges_user_id_purpose_key ON challenges (user_id, purpose)
    WHERE purpose <> 'log_in' AND spent_at IS NULL AND cancelled_at IS NULL;

-- One row for each time that somebody forgot a password, or said so: nothing tells from outside whether there is a user.
CREATE TABLE password_resets (
    id UUID PRIMARY KEY,
    -- Absent: the address is nobody's. The same work is done.
    user_id UUID REFERENCES users (id) ON DELETE CASCADE,
    -- Where the code went: a user who has another address by now does not get a password by it.
    email TEXT,
    -- Twilio's; absent until the code was sent.
    verification_sid TEXT,
    failed_checks INTEGER NOT NULL DEFAULT 0,
    created_at TIMESTAMPTZ NOT NULL,
    -- Until when the code can be checked.
    expires_at TIMESTAMPTZ NOT NULL,
    -- When the code was right. What is left to do can then be tried again without it.
    approved_at TIMESTAMPTZ,
    -- When the password was replaced, or the reset was ended otherwise.
    spent_at TIMESTAMPTZ
);
CREATE INDEX password_resets_user_id_idx ON password_resets (user_id);
CREATE INDEX password_resets_expires_at_idx ON password_resets (expires_at);
