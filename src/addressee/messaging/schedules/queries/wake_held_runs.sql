-- Has runs of recipients go on whose messages wait for a local time: each asks again how long it has to wait.
WITH held AS (
  SELECT runs.environment_id,
         runs.id,
         runs.recipient_id
  FROM unnest(
    :places.environment_id::smallint[],
    :places.collection::text[],
    :places.id::text[]
  ) AS places (environment_id, collection, id)
  JOIN addressee.recipients AS recipients
    ON recipients.environment_id = places.environment_id
   AND recipients.collection = places.collection
   AND recipients.id = places.id
   AND recipients.deleted_at IS NULL
  JOIN addressee.recipient_runs AS runs
    ON runs.environment_id = recipients.environment_id
   AND runs.recipient_id = recipients.id
   AND runs.uid = recipients.uid
  WHERE runs.status = 'paused'
    AND runs.due_at IS NOT NULL
    AND runs.journal -> -1 ->> 'event' = 'step_held'
    -- Whoever moves again and again has it asked when it wakes by itself: each time adds to the journal.
    AND jsonb_array_length(runs.journal) < 500
  -- In the order of all who lock paused runs, so that they wait for each other in turn.
  ORDER BY runs.environment_id,
           runs.recipient_id,
           runs.id
  FOR UPDATE OF runs
)
UPDATE addressee.recipient_runs AS runs
SET due_at = runs.updated_at
FROM held
WHERE runs.environment_id = held.environment_id
  AND runs.id = held.id
  AND runs.recipient_id = held.recipient_id
