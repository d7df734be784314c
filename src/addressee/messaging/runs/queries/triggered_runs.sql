-- Triggers before one of them, newest first: their ids are in the order of time.
-- part: triggered_run
WHERE runs.environment_id = :environment_id
  AND runs.id < :start
ORDER BY runs.id DESC
LIMIT :limit
