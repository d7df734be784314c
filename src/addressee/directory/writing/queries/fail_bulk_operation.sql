-- Says that a bulk call could not go on.
UPDATE addressee.bulk_operations
SET failed_at = :now
WHERE environment_id = :environment_id
  AND id = :id
  AND completed_at IS NULL
