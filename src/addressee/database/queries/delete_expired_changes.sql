-- Deletes expired changes from the default partition.
DELETE FROM addressee.changes_default WHERE recorded_at < :before;
