DROP TABLE password_resets;
DROP INDEX challenges_user_id_purpose_key;
DELETE FROM challenges WHERE purpose <> 'log_in';
ALTER TABLE challenges DROP COLUMN purpose;
DROP INDEX challenges_destination_idx;
ALTER TABLE challenges RENAME COLUMN destination TO phone_number;
CREATE INDEX challenges_phone_number_idx ON challenges (phone_number);
