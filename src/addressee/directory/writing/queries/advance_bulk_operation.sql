-- Counts the rows that a bulk call has done, and keeps what is left of it.
UPDATE addressee.bulk_operations
SET total = total + $3,
    rest = $4,
    completed_at = $5,
    failed_at = NULL
WHERE environment_id = $1
  AND id = $2
