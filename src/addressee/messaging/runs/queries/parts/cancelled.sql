-- Cancels unfinished runs of chosen places and of who was merged into them, or (null) of all; not those that go on for others
-- in a batch that has not closed. What they waited for ends no wait any more, and endpoints are told of their end.
    AND runs.status IN ('queued', 'processing', 'paused')
    AND
    -- part: runs_of_cancellation
    AND NOT EXISTS (
      SELECT
      FROM addressee.batches AS batches
      JOIN addressee.batch_items AS items
        ON items.environment_id = batches.environment_id
       AND items.batch_id = batches.id
      WHERE batches.environment_id = runs.environment_id
        AND batches.recipient_run_id = runs.id
        AND batches.closed_at IS NULL
    )
  RETURNING runs.environment_id,
            runs.collection,
            runs.recipient_id,
            runs.uid,
            runs.id
),
over AS (
  DELETE FROM addressee.waits
  USING cancelled
  WHERE waits.environment_id = cancelled.environment_id
    AND waits.recipient_run_id = cancelled.id
),
occurred AS (
  -- part: ends_of_runs
  FROM cancelled
),
told AS (
  -- part: webhooks
)
SELECT id
FROM cancelled
