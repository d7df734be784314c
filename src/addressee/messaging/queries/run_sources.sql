-- What started runs, and who acted.
SELECT id,
       actor,
       source
FROM addressee.workflow_runs
WHERE environment_id = $1
  AND id = ANY($2::uuid[])
