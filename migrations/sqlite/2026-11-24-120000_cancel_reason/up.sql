-- Why a challenge was cancelled: the `reason` in the rejection of its token. NULL means that the user logged
-- out.
ALTER TABLE challenges ADD COLUMN cancel_reason TEXT;
