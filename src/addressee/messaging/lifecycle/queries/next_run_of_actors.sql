-- The first run from an id on that has one of these identities as its actor, or that told of what they did in a batch.
SELECT id
FROM (
  (
    SELECT id
    FROM addressee.workflow_runs
    WHERE environment_id = :environment_id
      AND actor IS NOT NULL
      AND actor ->> 2 = ANY(:actors::text[])
      AND id >= :from_id
    ORDER BY id
    LIMIT 1
  )
  UNION ALL
  (
    SELECT runs.run_id
    FROM addressee.batch_items AS items
    JOIN addressee.batches AS batches
      ON batches.environment_id = items.environment_id
     AND batches.id = items.batch_id
    JOIN addressee.recipient_runs AS runs
      ON runs.environment_id = batches.environment_id
     AND runs.id = batches.recipient_run_id
    WHERE items.environment_id = :environment_id
      AND items.actor_uid = ANY(:actors::text[]::uuid[])
      AND batches.closed_at IS NOT NULL
      AND runs.run_id >= :from_id
    ORDER BY runs.run_id
    LIMIT 1
  )
) AS found
ORDER BY id
LIMIT 1
