-- Codes sent to unproved numbers, and how many of them were entered, per range of numbers and hour. No full
-- number is stored.
CREATE TABLE conversions (
    -- A country (GB), or the leading digits of a range (+4479111).
    numbers TEXT NOT NULL,
    -- The start of the hour.
    hour INTEGER NOT NULL,
    sends INTEGER NOT NULL,
    -- Codes that were entered, counted in the hour of the answer.
    verified INTEGER NOT NULL,
    PRIMARY KEY (numbers, hour)
) STRICT, WITHOUT ROWID;
CREATE INDEX conversions_hour_idx ON conversions (hour);
