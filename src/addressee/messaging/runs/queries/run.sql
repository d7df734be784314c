-- A run with the version of the workflow that it was triggered with, and whether the workflow is active now.
SELECT runs.workflow,
       runs.version_id,
       versions.content,
       runs.tenant,
       runs.actor,
       runs.data,
       runs.sandbox,
       runs.skip_delay,
       runs.inserted_at,
       runs.terms,
       runs.priority,
       runs.attachments,
       workflows.active
FROM addressee.workflow_runs AS runs
JOIN addressee.workflow_versions AS versions
  ON versions.environment_id = runs.environment_id
 AND versions.id = runs.version_id
JOIN addressee.workflows AS workflows
  ON workflows.environment_id = runs.environment_id
 AND workflows.key = runs.workflow
WHERE runs.environment_id = :environment_id
  AND runs.id = :run_id
