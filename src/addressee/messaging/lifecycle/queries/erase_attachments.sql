-- Deletes the attachments of triggers that are erased.
DELETE FROM addressee.attachments AS attachments
USING unnest(:triggers.environment_id::smallint[], :triggers.run_id::uuid[]) AS left_behind (environment_id, id)
WHERE attachments.environment_id = left_behind.environment_id
  AND attachments.run_id = left_behind.id
  AND NOT EXISTS (
    SELECT
    FROM addressee.workflow_runs AS runs
    WHERE runs.environment_id = attachments.environment_id
      AND runs.id = attachments.run_id
  )
