-- Says that a bulk call could not go on.
UPDATE addressee.bulk_operations
SET failed_at = $3
WHERE environment_id = $1
  AND id = $2
  AND completed_at IS NULL
