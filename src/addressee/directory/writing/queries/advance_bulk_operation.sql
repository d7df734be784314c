-- Adds to the rows that a bulk call has processed, and stores the remaining work.
UPDATE addressee.bulk_operations
SET total = total + :rows,
    rest = :rest,
    completed_at = :completed_at,
    failed_at = NULL
WHERE environment_id = :environment_id
  AND id = :id
