-- Stores where the runs of a page are now, unless another worker moved them or they were cancelled. Workers lock the rows
-- in one order, so that two at the same page wait for each other and never in a circle.
-- Endpoints are told of the end of those that `ended_silently`; of other ends, with the messages that are stored next.
WITH moved AS (
  -- part: moved_runs
),
locked AS (
  SELECT runs.id,
         runs.recipient_id
  FROM addressee.recipient_runs AS runs
  JOIN moved
    ON moved.id = runs.id
   AND moved.recipient_id = runs.recipient_id
   AND moved.step_before = runs.step
  WHERE runs.environment_id = :environment_id
    AND runs.run_id = ANY(:run_ids::uuid[])
    AND runs.page = ANY(:pages::smallint[])
    AND runs.status IN ('queued', 'processing')
  ORDER BY runs.recipient_id,
           runs.id
  FOR NO KEY UPDATE OF runs
),
stored AS (
  UPDATE addressee.recipient_runs AS runs
  -- part: set_moved
  FROM locked
  JOIN moved USING (id, recipient_id)
  WHERE runs.environment_id = :environment_id
    AND runs.id = locked.id
    -- No index of recipients serves this comparison: some of them have many runs.
    AND runs.recipient_id IS NOT DISTINCT FROM locked.recipient_id
  RETURNING runs.environment_id,
              runs.id,
              runs.collection,
              runs.recipient_id,
              runs.uid,
              runs.run_id,
              runs.workflow,
              runs.tenant,
              runs.status
),
happened AS (
  SELECT environment_id,
         recipient_id,
         uid,
         'workflow' AS type,
         'completed' AS name,
         :now::timestamptz AS at,
         tenant,
         jsonb_build_object('source_key', workflow, 'run_id', run_id, 'recipient_run_id', id) AS event
  FROM stored
  WHERE status = 'completed'
),
signalled AS (
  -- part: signals
),
occurred AS (
  -- part: ends_of_runs
  FROM stored
  WHERE id = ANY(:ended_silently::uuid[])
),
told AS (
  -- part: webhooks
)
SELECT id
FROM stored
