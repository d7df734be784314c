-- A run with the version of the workflow that it was triggered with.
SELECT runs.workflow,
       runs.version_id,
       versions.content,
       runs.tenant,
       runs.actor,
       runs.data,
       runs.sandbox,
       runs.skip_delay,
       runs.inserted_at,
       runs.terms
FROM addressee.workflow_runs AS runs
JOIN addressee.workflow_versions AS versions
  ON versions.environment_id = runs.environment_id
 AND versions.id = runs.version_id
WHERE runs.environment_id = :environment_id
  AND runs.id = :run_id
