-- Runs under a cancellation key that still start recipients, held against starting until the transaction ends.
SELECT id,
       workflow,
       cancellation_key,
       recipients,
       pages_started
FROM addressee.workflow_runs
WHERE environment_id = $1
  AND workflow = $2
  AND cancellation_key = $3
  AND recipients <> '[]'
ORDER BY id
FOR UPDATE
