-- How many codes went to numbers that nobody had proved yet, and how many of them came back: by range of numbers and hour.
-- No number stands here whole.
CREATE TABLE conversions (
    -- A country (GB), or the digits that numbers of a range begin with (+4479111).
    numbers TEXT COLLATE "C" NOT NULL,
    -- The beginning of the hour.
    hour TIMESTAMPTZ NOT NULL,
    sends INTEGER NOT NULL,
    -- Of those sends, the ones whose challenge was answered; counted in the hour of the answer.
    verified INTEGER NOT NULL,
    PRIMARY KEY (numbers, hour)
);
CREATE INDEX conversions_hour_idx ON conversions (hour);
