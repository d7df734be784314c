-- Queues the paused runs that go on for full batches, except those that somebody holds, and returns their pages.
WITH paused AS (
  SELECT runs.id,
         runs.recipient_id
  FROM unnest(:full.recipient_run_id::uuid[]) AS full_batches (recipient_run_id)
  JOIN addressee.recipient_runs AS runs
    ON runs.environment_id = :environment_id
   AND runs.id = full_batches.recipient_run_id
  WHERE runs.status = 'paused'
  ORDER BY runs.recipient_id,
           runs.id
  FOR NO KEY UPDATE OF runs SKIP LOCKED
)
UPDATE addressee.recipient_runs AS runs
SET status = 'queued',
    due_at = NULL,
    updated_at = :now
FROM paused
WHERE runs.environment_id = :environment_id
  AND runs.id = paused.id
  AND runs.recipient_id = paused.recipient_id
RETURNING runs.run_id,
          runs.page
