-- Deletes the batches of identities, with their items.
WITH erased AS (
  DELETE FROM addressee.batches AS batches
  USING unnest(
    :people.environment_id::smallint[],
    :people.collection::text[],
    :people.id::text[],
    :people.uid::uuid[]
  ) AS people (environment_id, collection, id, uid)
  WHERE batches.environment_id = people.environment_id
    AND batches.collection = people.collection
    AND batches.recipient_id = people.id
    AND batches.uid = people.uid
  RETURNING batches.environment_id,
            batches.id
)
DELETE FROM addressee.batch_items AS items
USING erased
WHERE items.environment_id = erased.environment_id
  AND items.batch_id = erased.id
