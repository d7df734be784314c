-- A page of who was merged into one identity, after the row with the key $6.
SELECT jsonb_build_array(id) AS key,
       jsonb_build_object(
         'id', id,
         'from', secondary_id,
         'merged_at', merged_at,
         'undone_at', undone_at
       ) AS document
FROM addressee.merges
WHERE environment_id = $1
  AND collection = $2
  AND primary_id = $3
  AND primary_uid = $4
  AND id > coalesce(($6::jsonb ->> 0)::uuid, '00000000-0000-0000-0000-000000000000')
ORDER BY id
LIMIT $5
