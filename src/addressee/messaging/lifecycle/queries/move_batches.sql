-- Gives a recipient's batches to another one, except those whose items were united with the other's.
WITH moved AS (
  UPDATE addressee.batches AS batches
  SET recipient_id = :target_id,
      uid = :target_uid
  WHERE batches.environment_id = :environment_id
    AND batches.recipient_id = :source_id
    AND batches.uid = :source_uid
    AND batches.united_into IS NULL
  RETURNING batches.id
)
UPDATE addressee.batch_items AS items
SET recipient_id = :target_id
FROM moved
WHERE items.environment_id = :environment_id
  AND items.batch_id = moved.id
