-- Locks unfinished runs under a cancellation key, in the order in which `move_recipient_runs` locks them.
SELECT runs.id
FROM addressee.recipient_runs AS runs
WHERE runs.environment_id = :environment_id
  AND runs.workflow = :workflow
  AND runs.cancellation_key = :cancellation_key
  AND runs.status IN ('queued', 'processing', 'paused')
  AND
  -- part: runs_of_cancellation
ORDER BY runs.recipient_id,
         runs.id
FOR NO KEY UPDATE OF runs
