-- The data that runs were triggered with.
SELECT id,
       data
FROM addressee.workflow_runs
WHERE environment_id = $1
  AND id = ANY($2::uuid[])
