-- The current versions of workflows, of several environments.
SELECT workflows.environment_id,
       workflows.key,
       workflows.active,
       workflows.version_id,
       versions.content
FROM unnest(:workflows.environment_id::smallint[], :workflows.key::text[]) AS wanted (environment_id, key)
JOIN addressee.workflows AS workflows
  ON workflows.environment_id = wanted.environment_id
 AND workflows.key = wanted.key
JOIN addressee.workflow_versions AS versions
  ON versions.environment_id = workflows.environment_id
 AND versions.id = workflows.version_id
