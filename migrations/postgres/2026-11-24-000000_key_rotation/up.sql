-- When a key starts to sign: a new key is published for a while first. The default is for replicas of the
-- previous version, which do not know the column.
ALTER TABLE signing_keys ADD COLUMN signs_from TIMESTAMPTZ NOT NULL DEFAULT 'epoch';
UPDATE signing_keys SET signs_from = created_at;
