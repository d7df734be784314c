-- The triggers of one workflow before one of them, newest first.
-- part: triggered_run
WHERE runs.environment_id = :environment_id
  AND runs.workflow = :workflow
  AND runs.id < :start
ORDER BY runs.id DESC
LIMIT :limit
