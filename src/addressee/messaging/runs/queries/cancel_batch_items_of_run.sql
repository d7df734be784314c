-- Takes the items of one trigger's runs out of batches, and cancels the runs that ended when they joined.
WITH removed AS (
  DELETE FROM addressee.batch_items AS items
  USING addressee.recipient_runs AS runs
  WHERE items.environment_id = :environment_id
    AND items.batch_id = ANY(:batch_ids::uuid[])
    AND runs.run_id = :run_id
    AND runs.environment_id = items.environment_id
    AND runs.id = items.recipient_run_id
    AND
    -- part: runs_of_cancellation
  RETURNING runs.id,
            runs.recipient_id
)
UPDATE addressee.recipient_runs AS runs
SET status = 'cancelled',
    journal = runs.journal || :journal,
    updated_at = :now
FROM removed
WHERE runs.environment_id = :environment_id
  AND runs.id = removed.id
  AND runs.recipient_id = removed.recipient_id
  AND runs.status = 'completed'
