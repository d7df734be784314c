-- Queues paused runs that are due and that no other worker woke, and returns their pages.
WITH held AS (
  SELECT runs.environment_id,
         runs.id,
         runs.recipient_id
  FROM addressee.recipient_runs AS runs
  JOIN unnest(
    :due.environment_id::smallint[],
    :due.id::uuid[],
    :due.recipient_id::text[]
  ) AS due (environment_id, id, recipient_id)
    ON runs.environment_id = due.environment_id
   AND runs.id = due.id
   AND runs.recipient_id = due.recipient_id
  WHERE runs.status = 'paused'
    AND runs.due_at <= :now
  -- In the order of all who lock paused runs, cancellations and ended waits too: they wait for each other in turn.
  ORDER BY runs.environment_id,
           runs.recipient_id,
           runs.id
  FOR UPDATE OF runs
)
UPDATE addressee.recipient_runs AS runs
SET status = 'queued',
    due_at = NULL,
    updated_at = :now
FROM held
WHERE runs.environment_id = held.environment_id
  AND runs.id = held.id
  AND runs.recipient_id = held.recipient_id
RETURNING runs.environment_id,
          runs.run_id,
          runs.page
