-- Counts the rows that a bulk call has done, and keeps what is left of it.
UPDATE addressee.bulk_operations
SET total = total + :rows,
    rest = :rest,
    completed_at = :completed_at,
    failed_at = NULL
WHERE environment_id = :environment_id
  AND id = :id
