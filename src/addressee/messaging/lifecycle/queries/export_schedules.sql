-- A page of one identity's schedules, after the row with the key $6.
SELECT jsonb_build_array(id) AS key,
       to_jsonb(schedules) - '{environment_id,collection,recipient_id,uid}'::text[] AS document
FROM addressee.schedules AS schedules
WHERE environment_id = $1
  AND collection = $2
  AND recipient_id = $3
  AND uid = $4
  AND id > coalesce(($6::jsonb ->> 0)::uuid, '00000000-0000-0000-0000-000000000000')
ORDER BY id
LIMIT $5
