-- Locks unfinished runs of one trigger, in the order in which `move_recipient_runs` locks them.
SELECT runs.id
FROM addressee.recipient_runs AS runs
WHERE runs.environment_id = :environment_id
  AND runs.run_id = :run_id
  AND runs.status IN ('queued', 'processing', 'paused')
  AND
  -- part: runs_of_cancellation
ORDER BY runs.recipient_id,
         runs.id
FOR NO KEY UPDATE OF runs
