-- A page of what one identity is within tenants, after the row with the key $6.
SELECT jsonb_build_array(collection) AS key,
       jsonb_build_object(
         'tenant_uid', split_part(collection, '/', 3),
         'attributes', attributes,
         'properties', properties,
         'addresses', addresses,
         'updated_at', updated_at
       ) AS document
FROM addressee.recipients
WHERE $2 = '$users'
  AND environment_id = $1
  AND id = $3
  AND collection > coalesce($6::jsonb ->> 0, '$members/' || $4::uuid || '/')
  AND collection < '$members/' || $4 || '0'
  AND deleted_at IS NULL
ORDER BY collection
LIMIT $5
