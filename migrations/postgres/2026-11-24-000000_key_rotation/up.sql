-- From when on a key signs: a new one is published for a while before it does. The default is for replicas of the
-- version before, which do not name the column.
ALTER TABLE signing_keys ADD COLUMN signs_from TIMESTAMPTZ NOT NULL DEFAULT 'epoch';
UPDATE signing_keys SET signs_from = created_at;
