-- Files (`files`) of runs of which nothing is left to send, and of runs that are erased.
LEFT JOIN addressee.workflow_runs AS runs
  ON runs.environment_id = files.environment_id
 AND runs.id = files.run_id
WHERE (runs.inserted_at IS NULL OR runs.inserted_at <= :before)
  AND coalesce(runs.recipients, '[]') = '[]'
  AND NOT EXISTS (
    SELECT
    FROM addressee.run_fanouts AS fanouts
    WHERE fanouts.environment_id = files.environment_id
      AND fanouts.run_id = files.run_id
  )
  AND NOT EXISTS (
    SELECT
    FROM addressee.run_pages AS pages
    WHERE pages.environment_id = files.environment_id
      AND pages.run_id = files.run_id
  )
  AND NOT EXISTS (
    SELECT
    FROM addressee.recipient_runs AS unfinished
    WHERE unfinished.environment_id = files.environment_id
      AND unfinished.run_id = files.run_id
      AND unfinished.status IN ('queued', 'processing', 'paused')
  )
  AND NOT EXISTS (
    SELECT
    FROM addressee.sends AS waiting
    WHERE waiting.environment_id = files.environment_id
      AND waiting.run_id = files.run_id
      AND waiting.due_at IS NOT NULL
  )
