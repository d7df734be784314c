-- Closes the batches of runs that ended before: nobody joins them any more.
UPDATE addressee.batches
SET sealed_at = coalesce(sealed_at, :now),
    closed_at = :now
WHERE environment_id = :environment_id
  AND recipient_run_id = ANY(:run_ids::uuid[])
  AND closed_at IS NULL
