-- A bulk call with its progress.
SELECT id, name, total, failures, started_at, completed_at, failed_at
FROM addressee.bulk_operations
WHERE environment_id = :environment_id
  AND id = :id
