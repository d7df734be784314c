-- Deletes the batches of identities, with their items, in the order in which all lock batches.
WITH held AS (
  SELECT batches.environment_id,
         batches.id,
         batches.recipient_id
  -- part: people
  JOIN addressee.batches AS batches
    ON batches.environment_id = people.environment_id
   AND batches.collection = people.collection
   AND batches.recipient_id = people.id
   AND batches.uid = people.uid
  ORDER BY batches.recipient_id,
           batches.uid,
           batches.step_ref,
           batches.key,
           batches.version,
           batches.tenant
  FOR UPDATE OF batches
),
erased AS (
  DELETE FROM addressee.batches AS batches
  USING held
  WHERE batches.environment_id = held.environment_id
    AND batches.id = held.id
    AND batches.recipient_id = held.recipient_id
  RETURNING batches.environment_id,
            batches.id
)
DELETE FROM addressee.batch_items AS items
USING erased
WHERE items.environment_id = erased.environment_id
  AND items.batch_id = erased.id
