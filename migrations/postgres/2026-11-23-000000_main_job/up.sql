-- One row: whether `dev` or `serve` created this database. The other one rejects it.
CREATE TABLE deployment (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    mode TEXT NOT NULL CHECK (mode IN ('dev', 'production')),
    created_at TIMESTAMPTZ NOT NULL
);

-- The Ed25519 keys that sign tokens. Private keys are encrypted with a key derived from the deployment's
-- secret.
CREATE TABLE signing_keys (
    kid TEXT PRIMARY KEY,
    public_key BYTEA NOT NULL,
    sealed_private_key BYTEA NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

-- COLLATE "C": lower() must not depend on the server's locale. In Turkish, the lower-case form of I is
-- another letter.
CREATE TABLE users (
    id UUID PRIMARY KEY,
    name TEXT NOT NULL,
    username TEXT COLLATE "C" NOT NULL,
    email TEXT COLLATE "C" NOT NULL,
    phone_number TEXT NOT NULL,
    phone_number_verified_at TIMESTAMPTZ,
    password_hash TEXT NOT NULL,
    -- Code checks since the last correct code, over all challenges.
    failed_checks INTEGER NOT NULL DEFAULT 0,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE UNIQUE INDEX users_email_key ON users (lower(email));
CREATE UNIQUE INDEX users_username_key ON users (lower(username));
CREATE UNIQUE INDEX users_phone_number_key ON users (phone_number);

-- One row per log-in: the pending request for a code.
CREATE TABLE challenges (
    id UUID PRIMARY KEY,
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- The destination of codes: the user's number when the challenge was created.
    phone_number TEXT NOT NULL,
    channel TEXT NOT NULL,
    -- Twilio's SID. NULL until the first code is sent, and after Twilio has deleted the verification.
    verification_sid TEXT,
    sends INTEGER NOT NULL,
    last_sent_at TIMESTAMPTZ NOT NULL,
    failed_checks INTEGER NOT NULL DEFAULT 0,
    created_at TIMESTAMPTZ NOT NULL,
    -- When the code expires.
    expires_at TIMESTAMPTZ NOT NULL,
    spent_at TIMESTAMPTZ,
    cancelled_at TIMESTAMPTZ
);
CREATE INDEX challenges_user_id_idx ON challenges (user_id);
CREATE INDEX challenges_phone_number_idx ON challenges (phone_number);
CREATE INDEX challenges_verification_sid_idx ON challenges (verification_sid);

-- One row per session. Refresh tokens are computed from the salt and the generation, and are never stored.
CREATE TABLE sessions (
    id UUID PRIMARY KEY,
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    salt BYTEA NOT NULL,
    generation INTEGER NOT NULL DEFAULT 0,
    rotated_at TIMESTAMPTZ NOT NULL,
    -- Authentication methods (RFC 8176), separated by spaces.
    amr TEXT NOT NULL,
    auth_time TIMESTAMPTZ NOT NULL,
    user_agent TEXT,
    ip_address TEXT,
    created_at TIMESTAMPTZ NOT NULL,
    last_used_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ,
    end_reason TEXT
);
CREATE INDEX sessions_user_id_idx ON sessions (user_id);

-- A user's activities.
CREATE TABLE activities (
    id UUID PRIMARY KEY,
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    user_agent TEXT,
    ip_address TEXT,
    occurred_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX activities_user_id_idx ON activities (user_id, occurred_at);
