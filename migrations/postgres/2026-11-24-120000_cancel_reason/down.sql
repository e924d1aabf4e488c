ALTER TABLE challenges DROP COLUMN cancel_reason;
