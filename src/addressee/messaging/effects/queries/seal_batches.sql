-- Seals batches that are full.
UPDATE addressee.batches AS batches
SET sealed_at = :now
FROM unnest(:sealed.id::uuid[], :sealed.recipient_id::text[]) AS sealed (id, recipient_id)
WHERE batches.environment_id = :environment_id
  AND batches.id = sealed.id
  AND batches.recipient_id = sealed.recipient_id
