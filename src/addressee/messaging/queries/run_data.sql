-- The data that runs were triggered with, and what started them.
SELECT id,
       data,
       source
FROM addressee.workflow_runs
WHERE environment_id = $1
  AND id = ANY($2::uuid[])
