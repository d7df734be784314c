-- The names of the workflows of an environment that have a step on a channel, and whether preferences show them.
SELECT workflows.key,
       versions.content ->> 'name' AS name,
       coalesce((versions.content -> 'in_preferences')::boolean, false) AS in_preferences
FROM addressee.workflows AS workflows
JOIN addressee.workflow_versions AS versions
  ON versions.environment_id = workflows.environment_id
 AND versions.id = workflows.version_id
WHERE workflows.environment_id = :environment_id
  AND versions.content -> 'steps' @> jsonb_build_array(jsonb_build_object('channel', :channel::text))
ORDER BY workflows.key
