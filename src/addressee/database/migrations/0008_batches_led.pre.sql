-- When a run that opened a batch went on at once, null where it did not.
ALTER TABLE addressee.batches ADD COLUMN led_at timestamptz;
