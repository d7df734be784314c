-- Runs with the versions of their workflows that they were triggered with, and whether the workflows are active now.
SELECT runs.environment_id,
       runs.id,
       runs.workflow,
       runs.version_id,
       runs.cancellation_key,
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
FROM unnest(:keys.environment_id::smallint[], :keys.id::uuid[]) AS wanted (environment_id, id)
JOIN addressee.workflow_runs AS runs
  ON runs.environment_id = wanted.environment_id
 AND runs.id = wanted.id
JOIN addressee.workflow_versions AS versions
  ON versions.environment_id = runs.environment_id
 AND versions.id = runs.version_id
JOIN addressee.workflows AS workflows
  ON workflows.environment_id = runs.environment_id
 AND workflows.key = runs.workflow
