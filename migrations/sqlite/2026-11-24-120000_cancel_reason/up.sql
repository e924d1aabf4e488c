-- Why a challenge was cancelled: the `reason` that its token is refused with. Absent: the person logged out.
ALTER TABLE challenges ADD COLUMN cancel_reason TEXT;
