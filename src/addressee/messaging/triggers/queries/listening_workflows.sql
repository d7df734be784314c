-- The current versions of the active workflows that one of these events starts.
SELECT workflows.environment_id,
       workflows.key,
       workflows.active,
       workflows.version_id,
       workflows.events,
       versions.content
FROM addressee.workflows AS workflows
JOIN addressee.workflow_versions AS versions
  ON versions.environment_id = workflows.environment_id
 AND versions.id = workflows.version_id
WHERE workflows.environment_id = :environment_id
  AND workflows.active
  AND workflows.events && :events::text[]
ORDER BY workflows.key
