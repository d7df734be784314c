-- What runs were triggered with: who acted, the data, and what started them.
SELECT id,
       actor,
       data,
       source
FROM addressee.workflow_runs
WHERE environment_id = :environment_id
  AND id = ANY(:run_ids::uuid[])
