-- A page of what one identity subscribes to, after the row with the key $6.
SELECT jsonb_build_array(id) AS key,
       jsonb_build_object(
         'collection', collection,
         'object_id', object_id,
         'properties', properties,
         'inserted_at', inserted_at,
         'updated_at', updated_at
       ) AS document
FROM addressee.subscriptions
WHERE environment_id = $1
  AND recipient_collection = $2
  AND recipient_id = $3
  AND recipient_uid = $4
  AND id > coalesce(($6::jsonb ->> 0)::uuid, '00000000-0000-0000-0000-000000000000')
ORDER BY id
LIMIT $5
