-- Deletes the items of batches whose actors were deleted. Whoever was merged away goes on in somebody.
DELETE FROM addressee.batch_items AS items
USING addressee.workflow_runs AS triggers
WHERE items.environment_id = :environment_id
  AND items.batch_id = ANY(:batch_ids::uuid[])
  AND items.actor_uid IS NOT NULL
  AND triggers.environment_id = items.environment_id
  AND triggers.id = items.run_id
  AND NOT EXISTS (
    SELECT
    FROM addressee.recipients AS actors
    WHERE actors.environment_id = items.environment_id
      AND actors.collection = triggers.actor ->> 0
      AND actors.id = triggers.actor ->> 1
      AND actors.uid = items.actor_uid
      AND actors.deleted_at IS NULL
  )
  AND NOT EXISTS (
    SELECT
    FROM addressee.merges AS merges
    WHERE merges.environment_id = items.environment_id
      AND merges.secondary_uid = items.actor_uid
      AND merges.undone_at IS NULL
  )
