-- A page of what one identity is within tenants, after the row with a key.
SELECT jsonb_build_array(collection) AS key,
       jsonb_build_object(
         'tenant_uid', split_part(collection, '/', 3),
         'attributes', attributes,
         'properties', properties,
         'addresses', addresses,
         'updated_at', updated_at
       ) AS document
FROM addressee.recipients
WHERE :collection = '$users'
  AND environment_id = :environment_id
  AND id = :id
  AND collection > coalesce(:key::jsonb ->> 0, '$members/' || :uid::uuid || '/')
  AND collection < '$members/' || :uid || '0'
  AND deleted_at IS NULL
ORDER BY collection
LIMIT :limit
