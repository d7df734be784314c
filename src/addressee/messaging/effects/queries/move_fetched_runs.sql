-- Stores what came of the requests of runs that still wait for it, and returns the ids of these.
WITH moved AS (
  SELECT *
  FROM unnest(
    :moved.id::uuid[],
    :moved.recipient_id::text[],
    :moved.step_before::smallint[],
    :moved.status::text[],
    :moved.step::smallint[],
    :moved.journal::jsonb[],
    :moved.due_at::timestamptz[],
    :moved.errors::smallint[],
    :moved.data::jsonb[],
    :moved.refs::jsonb[]
  ) AS moved (id, recipient_id, step_before, status, step, journal, due_at, errors, data, refs)
),
-- In one order, so that no two workers wait for each other in a circle.
locked AS (
  SELECT runs.id,
         runs.recipient_id
  FROM addressee.recipient_runs AS runs
  JOIN moved
    ON moved.id = runs.id
   AND moved.recipient_id = runs.recipient_id
   AND moved.step_before = runs.step
  WHERE runs.environment_id = :environment_id
    AND runs.status = 'paused'
    AND runs.due_at IS NULL
  ORDER BY runs.recipient_id,
           runs.id
  FOR NO KEY UPDATE OF runs
)
UPDATE addressee.recipient_runs AS runs
SET status = moved.status,
    step = moved.step,
    journal = runs.journal || moved.journal,
    due_at = moved.due_at,
    data = coalesce(moved.data, runs.data),
    refs = coalesce(moved.refs, runs.refs),
    error_count = runs.error_count + moved.errors,
    updated_at = :now
FROM locked
JOIN moved USING (id, recipient_id)
WHERE runs.environment_id = :environment_id
  AND runs.id = locked.id
  AND runs.recipient_id = locked.recipient_id
RETURNING runs.id
