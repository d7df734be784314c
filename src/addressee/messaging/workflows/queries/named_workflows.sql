-- The names of the workflows of an environment, and whether preferences show them.
SELECT workflows.key,
       versions.content ->> 'name' AS name,
       coalesce((versions.content -> 'in_preferences')::boolean, false) AS in_preferences
FROM addressee.workflows AS workflows
JOIN addressee.workflow_versions AS versions
  ON versions.environment_id = workflows.environment_id
 AND versions.id = workflows.version_id
WHERE workflows.environment_id = :environment_id
ORDER BY workflows.key
