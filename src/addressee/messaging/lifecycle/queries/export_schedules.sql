-- A page of one identity's schedules, after the row with a key.
SELECT jsonb_build_array(id) AS key,
       to_jsonb(schedules) - '{environment_id,collection,recipient_id,uid}'::text[] AS document
FROM addressee.schedules AS schedules
WHERE environment_id = :environment_id
  AND collection = :collection
  AND recipient_id = :id
  AND uid = :uid
  AND id > coalesce((:key::jsonb ->> 0)::uuid, '00000000-0000-0000-0000-000000000000')
ORDER BY id
LIMIT :limit
