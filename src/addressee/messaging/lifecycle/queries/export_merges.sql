-- A page of who was merged into one identity, after the row with a key.
SELECT jsonb_build_array(id) AS key,
       jsonb_build_object(
         'id', id,
         'from', secondary_id,
         'merged_at', merged_at,
         'undone_at', undone_at
       ) AS document
FROM addressee.merges
WHERE environment_id = :environment_id
  AND collection = :collection
  AND primary_id = :id
  AND primary_uid = :uid
  AND id > coalesce((:key::jsonb ->> 0)::uuid, '00000000-0000-0000-0000-000000000000')
ORDER BY id
LIMIT :limit
