ALTER TABLE challenges DROP COLUMN uses;
