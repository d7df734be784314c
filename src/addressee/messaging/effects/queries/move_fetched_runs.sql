-- Stores what came of the requests of runs that still wait for it, and returns the ids of these.
WITH moved AS (
  -- part: moved_runs
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
-- part: set_moved
FROM locked
JOIN moved USING (id, recipient_id)
WHERE runs.environment_id = :environment_id
  AND runs.id = locked.id
  AND runs.recipient_id = locked.recipient_id
RETURNING runs.id
