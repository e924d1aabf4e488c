DROP INDEX activities_occurred_at_idx;
DROP INDEX sessions_ended_at_idx;
DROP INDEX sessions_expires_at_idx;
DROP INDEX challenges_expires_at_idx;
DROP TABLE housekeeping;
