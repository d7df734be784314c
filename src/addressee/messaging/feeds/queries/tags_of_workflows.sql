-- The tags of an environment's workflows, of some (`keys`) or of all.
SELECT workflows.key,
       ARRAY(SELECT jsonb_array_elements_text(versions.content -> 'tags')) AS tags
FROM addressee.workflows AS workflows
JOIN addressee.workflow_versions AS versions
  ON versions.environment_id = workflows.environment_id
 AND versions.id = workflows.version_id
WHERE workflows.environment_id = :environment_id
  AND (:keys::text[] IS NULL OR workflows.key = ANY(:keys))
  AND versions.content ? 'tags'
ORDER BY workflows.key
