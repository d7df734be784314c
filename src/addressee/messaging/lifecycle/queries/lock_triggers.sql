-- Holds triggers until the transaction ends, in the order of their ids so that no two wait for each other.
SELECT
FROM addressee.workflow_runs AS runs
JOIN unnest(:triggers.environment_id::smallint[], :triggers.run_id::uuid[]) AS held (environment_id, id)
  USING (environment_id, id)
ORDER BY environment_id, id
FOR UPDATE OF runs
