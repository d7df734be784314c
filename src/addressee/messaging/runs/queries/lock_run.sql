-- What a run still has to start, held against cancelling until the transaction ends.
SELECT workflow,
       cancellation_key,
       tenant,
       actor,
       source,
       recipients,
       cancelled,
       pages_started,
       priority
FROM addressee.workflow_runs
WHERE environment_id = :environment_id
  AND id = :run_id
FOR UPDATE
