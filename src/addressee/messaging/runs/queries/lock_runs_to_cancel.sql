-- Runs under a cancellation key that have recipients to come, held against starting until the transaction ends.
SELECT id,
       workflow,
       cancellation_key,
       tenant,
       recipients,
       cancelled,
       pages_started
FROM addressee.workflow_runs
WHERE environment_id = $1
  AND id IN (
    SELECT starting.id
    FROM addressee.workflow_runs AS starting
    WHERE starting.environment_id = $1
      AND starting.workflow = $2
      AND starting.cancellation_key = $3
      AND starting.recipients <> '[]'
    UNION
    SELECT fanouts.run_id
    FROM addressee.run_fanouts AS fanouts
    WHERE fanouts.environment_id = $1
      AND fanouts.workflow = $2
      AND fanouts.cancellation_key = $3
  )
ORDER BY id
FOR UPDATE
