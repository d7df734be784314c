-- Deletes the expired part of what has no month's partition.
DELETE FROM addressee.changes_default WHERE recorded_at < $1;
