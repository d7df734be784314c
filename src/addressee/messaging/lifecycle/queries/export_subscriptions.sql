-- A page of what one identity subscribes to, after the row with a key.
SELECT jsonb_build_array(id) AS key,
       jsonb_build_object(
         'collection', collection,
         'object_id', object_id,
         'properties', properties,
         'inserted_at', inserted_at,
         'updated_at', updated_at
       ) AS document
FROM addressee.subscriptions
WHERE environment_id = :environment_id
  AND recipient_collection = :collection
  AND recipient_id = :id
  AND recipient_uid = :uid
  AND id > coalesce((:key::jsonb ->> 0)::uuid, '00000000-0000-0000-0000-000000000000')
ORDER BY id
LIMIT :limit
