-- Workflows of an environment with their current versions, and when each ran last; all without a key.
SELECT workflows.key,
       workflows.active,
       workflows.events,
       workflows.updated_at,
       versions.id,
       versions.content,
       versions.created_at,
       numbered.number,
       newest.inserted_at AS ran_at
FROM addressee.workflows AS workflows
JOIN addressee.workflow_versions AS versions
  ON versions.environment_id = workflows.environment_id
 AND versions.id = workflows.version_id
CROSS JOIN LATERAL (
  SELECT count(*) AS number
  FROM addressee.workflow_versions AS until_then
  WHERE until_then.environment_id = workflows.environment_id
    AND until_then.key = workflows.key
    AND until_then.id <= versions.id
) AS numbered
LEFT JOIN LATERAL (
  SELECT runs.inserted_at
  FROM addressee.recipient_runs AS runs
  WHERE runs.environment_id = workflows.environment_id
    AND runs.workflow = workflows.key
  ORDER BY runs.inserted_at DESC,
           runs.id DESC
  LIMIT 1
) AS newest
  ON true
WHERE workflows.environment_id = :environment_id
  AND (:key::text IS NULL OR workflows.key = :key)
ORDER BY workflows.key
