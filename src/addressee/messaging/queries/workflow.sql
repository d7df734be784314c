-- A workflow's current version.
SELECT workflows.active,
       workflows.events,
       workflows.version_id,
       versions.content
FROM addressee.workflows AS workflows
JOIN addressee.workflow_versions AS versions
  ON versions.environment_id = workflows.environment_id
 AND versions.id = workflows.version_id
WHERE workflows.environment_id = :environment_id
  AND workflows.key = :key
