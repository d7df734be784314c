-- A page of one identity's history, after the row with the key $6.
SELECT jsonb_build_array(version, ordinal, recorded_at) AS key,
       to_jsonb(changes) - '{environment_id,collection,id,uid}'::text[] AS document
FROM addressee.changes AS changes
WHERE environment_id = $1
  AND collection = $2
  AND id = $3
  AND uid = $4
  AND (version, ordinal, recorded_at) > (
    coalesce(($6::jsonb ->> 0)::bigint, 0),
    coalesce(($6 ->> 1)::smallint, 0),
    coalesce(($6 ->> 2)::timestamptz, '-infinity')
  )
ORDER BY version, ordinal, recorded_at
LIMIT $5
