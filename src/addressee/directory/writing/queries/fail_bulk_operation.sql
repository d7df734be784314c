-- Records that the last attempt to continue a bulk call failed.
UPDATE addressee.bulk_operations
SET failed_at = :now
WHERE environment_id = :environment_id
  AND id = :id
  AND completed_at IS NULL
