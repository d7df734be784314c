-- Runs under a cancellation key that have recipients to come, held against starting until the transaction ends.
SELECT id,
       workflow,
       cancellation_key,
       tenant,
       recipients,
       cancelled,
       pages_started
FROM addressee.workflow_runs
WHERE environment_id = :environment_id
  AND id IN (
    SELECT starting.id
    FROM addressee.workflow_runs AS starting
    WHERE starting.environment_id = :environment_id
      AND starting.workflow = :workflow
      AND starting.cancellation_key = :cancellation_key
      AND starting.recipients <> '[]'
    UNION
    SELECT fanouts.run_id
    FROM addressee.run_fanouts AS fanouts
    WHERE fanouts.environment_id = :environment_id
      AND fanouts.workflow = :workflow
      AND fanouts.cancellation_key = :cancellation_key
    UNION
    SELECT pages.run_id
    FROM addressee.run_pages AS pages
    WHERE pages.environment_id = :environment_id
      AND pages.workflow = :workflow
      AND pages.cancellation_key = :cancellation_key
  )
ORDER BY id
FOR UPDATE
