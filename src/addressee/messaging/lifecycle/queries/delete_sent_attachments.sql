-- Deletes the attachments of some runs of which nothing is left to send, and of runs that are erased.
DELETE FROM addressee.attachments
WHERE (environment_id, run_id) IN (
  SELECT DISTINCT attachments.environment_id,
         attachments.run_id
  FROM addressee.attachments AS attachments
  LEFT JOIN addressee.workflow_runs AS runs
    ON runs.environment_id = attachments.environment_id
   AND runs.id = attachments.run_id
  WHERE (runs.inserted_at IS NULL OR runs.inserted_at <= :before)
    AND coalesce(runs.recipients, '[]') = '[]'
    AND NOT EXISTS (
      SELECT
      FROM addressee.run_fanouts AS fanouts
      WHERE fanouts.environment_id = attachments.environment_id
        AND fanouts.run_id = attachments.run_id
    )
    AND NOT EXISTS (
      SELECT
      FROM addressee.run_pages AS pages
      WHERE pages.environment_id = attachments.environment_id
        AND pages.run_id = attachments.run_id
    )
    AND NOT EXISTS (
      SELECT
      FROM addressee.recipient_runs AS unfinished
      WHERE unfinished.environment_id = attachments.environment_id
        AND unfinished.run_id = attachments.run_id
        AND unfinished.status IN ('queued', 'processing', 'paused')
    )
    AND NOT EXISTS (
      SELECT
      FROM addressee.sends AS waiting
      WHERE waiting.environment_id = attachments.environment_id
        AND waiting.run_id = attachments.run_id
        AND waiting.due_at IS NOT NULL
    )
  LIMIT :limit
)
