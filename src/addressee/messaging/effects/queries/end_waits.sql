-- Queues runs that still wait where a signal ended their wait, with what it was. Their waits are over.
WITH ended AS (
  SELECT *
  FROM unnest(
    :ended.recipient_run_id::uuid[],
    :ended.own_id::text[],
    :ended.step::smallint[],
    :ended.ref::text[],
    :ended.result::jsonb[],
    :ended.journal::jsonb[]
  ) AS ended (id, recipient_id, step, ref, result, journal)
),
held AS (
  SELECT runs.id,
         runs.recipient_id
  FROM addressee.recipient_runs AS runs
  JOIN ended
    ON ended.id = runs.id
   AND ended.recipient_id = runs.recipient_id
   AND ended.step = runs.step
  WHERE runs.environment_id = :environment_id
    AND runs.status = 'paused'
  ORDER BY runs.recipient_id,
           runs.id
  FOR NO KEY UPDATE OF runs
),
woken AS (
  UPDATE addressee.recipient_runs AS runs
  SET status = 'queued',
      due_at = NULL,
      refs = coalesce(runs.refs, '{}') || jsonb_build_object(
        ended.ref,
        coalesce(runs.refs -> ended.ref, '{}') || ended.result
      ),
      journal = runs.journal || ended.journal,
      updated_at = :now
  FROM held
  JOIN ended USING (id, recipient_id)
  WHERE runs.environment_id = :environment_id
    AND runs.id = held.id
    AND runs.recipient_id = held.recipient_id
  RETURNING runs.id,
            runs.run_id,
            runs.page
),
over AS (
  DELETE FROM addressee.waits
  USING woken
  WHERE waits.environment_id = :environment_id
    AND waits.recipient_run_id = woken.id
)
SELECT woken.run_id,
       woken.page,
       runs.priority
FROM woken
JOIN addressee.workflow_runs AS runs
  ON runs.environment_id = :environment_id
 AND runs.id = woken.run_id
