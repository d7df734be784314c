-- The priorities of runs.
SELECT DISTINCT runs.environment_id,
       runs.id,
       runs.priority
FROM unnest(:woken.environment_id::smallint[], :woken.run_id::uuid[]) AS woken (environment_id, run_id)
JOIN addressee.workflow_runs AS runs
  ON runs.environment_id = woken.environment_id
 AND runs.id = woken.run_id
