-- Deletes the links to attachments of triggers that are erased.
DELETE FROM addressee.attachment_links AS links
USING unnest(:triggers.environment_id::smallint[], :triggers.run_id::uuid[]) AS left_behind (environment_id, id)
WHERE links.environment_id = left_behind.environment_id
  AND links.run_id = left_behind.id
  AND NOT EXISTS (
    SELECT
    FROM addressee.workflow_runs AS runs
    WHERE runs.environment_id = links.environment_id
      AND runs.id = links.run_id
  )
