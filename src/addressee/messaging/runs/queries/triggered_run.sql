-- One trigger.
-- part: triggered_run
WHERE runs.environment_id = :environment_id
  AND runs.id = :id
