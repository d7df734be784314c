-- Gives batches back to a recipient. Nobody joins them any more.
UPDATE addressee.batches
SET recipient_id = :target_id,
    uid = :target_uid,
    sealed_at = coalesce(sealed_at, :now),
    united_into = NULL
WHERE environment_id = :environment_id
  AND id = ANY(:batch_ids::uuid[])
