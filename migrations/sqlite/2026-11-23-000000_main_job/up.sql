-- Times are microseconds since 1970. Ids are the 16 bytes of a UUID.

-- One row: whether `dev` or `serve` created this database. The other one rejects it.
CREATE TABLE deployment (
    id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
    mode TEXT NOT NULL CHECK (mode IN ('dev', 'production')),
    created_at INTEGER NOT NULL
) STRICT;

-- The Ed25519 keys that sign tokens. Private keys are encrypted with a key derived from the deployment's
-- secret.
CREATE TABLE signing_keys (
    kid TEXT PRIMARY KEY NOT NULL,
    public_key BLOB NOT NULL,
    sealed_private_key BLOB NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE users (
    id BLOB PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    username TEXT NOT NULL,
    email TEXT NOT NULL,
    phone_number TEXT NOT NULL,
    phone_number_verified_at INTEGER,
    password_hash TEXT NOT NULL,
    -- Code checks since the last correct code, over all challenges.
    failed_checks INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX users_email_key ON users (lower(email));
CREATE UNIQUE INDEX users_username_key ON users (lower(username));
CREATE UNIQUE INDEX users_phone_number_key ON users (phone_number);

-- One row per log-in: the pending request for a code.
CREATE TABLE challenges (
    id BLOB PRIMARY KEY NOT NULL,
    user_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- The destination of codes: the user's number when the challenge was created.
    phone_number TEXT NOT NULL,
    channel TEXT NOT NULL,
    -- Twilio's SID. NULL until the first code is sent, and after Twilio has deleted the verification.
    verification_sid TEXT,
    sends INTEGER NOT NULL,
    last_sent_at INTEGER NOT NULL,
    failed_checks INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    -- When the code expires.
    expires_at INTEGER NOT NULL,
    spent_at INTEGER,
    cancelled_at INTEGER
) STRICT;
CREATE INDEX challenges_user_id_idx ON challenges (user_id);
CREATE INDEX challenges_phone_number_idx ON challenges (phone_number);
CREATE INDEX challenges_verification_sid_idx ON challenges (verification_sid);

-- One row per session. Refresh tokens are computed from the salt and the generation, and are never stored.
CREATE TABLE sessions (
    id BLOB PRIMARY KEY NOT NULL,
    user_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    salt BLOB NOT NULL,
    generation INTEGER NOT NULL DEFAULT 0,
    rotated_at INTEGER NOT NULL,
    -- Authentication methods (RFC 8176), separated by spaces.
    amr TEXT NOT NULL,
    auth_time INTEGER NOT NULL,
    user_agent TEXT,
    ip_address TEXT,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    ended_at INTEGER,
    end_reason TEXT
) STRICT;
CREATE INDEX sessions_user_id_idx ON sessions (user_id);

-- A user's activities.
CREATE TABLE activities (
    id BLOB PRIMARY KEY NOT NULL,
    user_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    user_agent TEXT,
    ip_address TEXT,
    occurred_at INTEGER NOT NULL
) STRICT;
CREATE INDEX activities_user_id_idx ON activities (user_id, occurred_at);
