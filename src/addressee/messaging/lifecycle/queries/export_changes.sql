-- A page of one identity's history, after the row with a key.
SELECT jsonb_build_array(version, ordinal, recorded_at) AS key,
       to_jsonb(changes) - '{environment_id,collection,id,uid}'::text[] AS document
FROM addressee.changes AS changes
WHERE environment_id = :environment_id
  AND collection = :collection
  AND id = :id
  AND uid = :uid
  AND (version, ordinal, recorded_at) > (
    coalesce((:key::jsonb ->> 0)::bigint, 0),
    coalesce((:key ->> 1)::smallint, 0),
    coalesce((:key ->> 2)::timestamptz, '-infinity')
  )
ORDER BY version, ordinal, recorded_at
LIMIT :limit
