-- The outcome of a bulk call.
SELECT id, name, total, failures, started_at, completed_at
FROM addressee.bulk_operations
WHERE environment_id = $1
  AND id = $2
