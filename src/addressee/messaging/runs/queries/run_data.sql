-- What runs were triggered with: who acted, the data, and what started them.
SELECT id,
       actor,
       data,
       source
FROM addressee.workflow_runs
WHERE environment_id = $1
  AND id = ANY($2::uuid[])
