-- One trigger, held against starting until the transaction ends.
SELECT id,
       workflow,
       cancellation_key,
       tenant,
       recipients,
       cancelled,
       pages_started
FROM addressee.workflow_runs
WHERE environment_id = :environment_id
  AND id = :run_id
FOR UPDATE
