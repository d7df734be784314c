-- Gives items of batches to batches of their own, which close when those would have, and that nobody joins. The run of
-- one of the items goes on for each that is new.
WITH parted AS (
  SELECT *
  FROM unnest(
    :parted.id::uuid[],
    :parted.from_id::uuid[],
    :parted.recipient_id::text[],
    :parted.uid::uuid[],
    :parted.recipient_run_id::uuid[]
  ) AS parted (id, from_id, recipient_id, uid, recipient_run_id)
),
new AS (
  INSERT INTO addressee.batches (
    environment_id,
    id,
    collection,
    recipient_id,
    uid,
    workflow,
    step_ref,
    key,
    version,
    tenant,
    recipient_run_id,
    opened_at,
    closes_at,
    sealed_at
  )
  SELECT :environment_id,
         parted.id,
         batches.collection,
         parted.recipient_id,
         parted.uid,
         batches.workflow,
         batches.step_ref,
         batches.key,
         batches.version,
         batches.tenant,
         parted.recipient_run_id,
         batches.opened_at,
         batches.closes_at,
         :now
  FROM parted
  JOIN addressee.batches AS batches
    ON batches.environment_id = :environment_id
   AND batches.id = parted.from_id
  RETURNING id,
            recipient_run_id,
            closes_at
)
UPDATE addressee.recipient_runs AS runs
SET status = 'paused',
    step = runs.step + 1,
    due_at = new.closes_at,
    updated_at = :now
FROM new
WHERE runs.environment_id = :environment_id
  AND runs.id = new.recipient_run_id
