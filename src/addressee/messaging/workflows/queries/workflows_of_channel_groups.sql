-- The workflows that have a step on one of these channel groups.
SELECT workflows.key
FROM addressee.workflows AS workflows
JOIN addressee.workflow_versions AS versions
  ON versions.environment_id = workflows.environment_id
 AND versions.id = workflows.version_id
WHERE workflows.environment_id = :environment_id
  AND EXISTS (
    SELECT
    FROM jsonb_array_elements(versions.content -> 'steps') AS step
    WHERE step ->> 'group' = ANY(:groups::text[])
  )
ORDER BY workflows.key
