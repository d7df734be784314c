-- Deletes some of the batches that closed long ago, or that no run goes on for, with their items.
WITH old AS (
  SELECT batches.environment_id,
         batches.id,
         batches.recipient_id
  FROM addressee.batches AS batches
  WHERE batches.closes_at < :before
    AND NOT EXISTS (
      SELECT
      FROM addressee.recipient_runs AS runs
      WHERE runs.environment_id = batches.environment_id
        AND runs.id = batches.recipient_run_id
        AND runs.status IN ('queued', 'processing', 'paused')
    )
  LIMIT :limit
  FOR UPDATE OF batches SKIP LOCKED
),
deleted_items AS (
  DELETE FROM addressee.batch_items AS items
  USING old
  WHERE items.environment_id = old.environment_id
    AND items.batch_id = old.id
)
DELETE FROM addressee.batches AS batches
USING old
WHERE batches.environment_id = old.environment_id
  AND batches.id = old.id
  AND batches.recipient_id = old.recipient_id
