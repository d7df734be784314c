-- Adds runs to batches. For a run that goes on for a batch which is closed already, the items of that one move.
WITH new AS (
  SELECT *
  FROM unnest(
    :items.recipient_run_id::uuid[],
    :items.batch_id::uuid[],
    :items.recipient_id::text[],
    :items.data::jsonb[]
  ) AS new (recipient_run_id, batch_id, recipient_id, data)
),
moved AS (
  UPDATE addressee.batch_items AS items
  SET batch_id = new.batch_id,
      recipient_id = new.recipient_id,
      joined_at = :now
  FROM new
  JOIN addressee.batches AS earlier
    ON earlier.environment_id = :environment_id
   AND earlier.recipient_run_id = new.recipient_run_id
   AND earlier.closed_at IS NOT NULL
  WHERE items.environment_id = :environment_id
    AND items.batch_id = earlier.id
  RETURNING new.recipient_run_id
)
INSERT INTO addressee.batch_items (
  environment_id,
  recipient_run_id,
  recipient_id,
  batch_id,
  run_id,
  data,
  actor_uid,
  cancellation_key,
  triggered_at,
  joined_at
)
SELECT :environment_id,
       new.recipient_run_id,
       new.recipient_id,
       new.batch_id,
       triggers.id,
       new.data,
       (triggers.actor ->> 2)::uuid,
       triggers.cancellation_key,
       triggers.inserted_at,
       :now
FROM new
JOIN addressee.recipient_runs AS runs
  ON runs.environment_id = :environment_id
 AND runs.id = new.recipient_run_id
JOIN addressee.workflow_runs AS triggers
  ON triggers.environment_id = runs.environment_id
 AND triggers.id = runs.run_id
WHERE new.recipient_run_id NOT IN (SELECT moved.recipient_run_id FROM moved)
ON CONFLICT DO NOTHING
