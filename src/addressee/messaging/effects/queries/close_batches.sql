-- Closes batches, which nobody joins any more.
UPDATE addressee.batches AS batches
SET sealed_at = coalesce(batches.sealed_at, :now),
    closed_at = :now
FROM unnest(:closed.id::uuid[], :closed.recipient_id::text[]) AS closed (id, recipient_id)
WHERE batches.environment_id = :environment_id
  AND batches.id = closed.id
  AND batches.recipient_id = closed.recipient_id
