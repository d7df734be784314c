-- Counts those of the newest 10,000 messages on an access path that a filter matches.
WITH RECURSIVE
-- part: sources
-- part: newest_on_path
owners AS (
  SELECT id COLLATE "C" AS id,
         uid
  FROM unnest(:owners.place.id::text[], :owners.uid::uuid[]) AS owners (id, uid)
)
SELECT count(*)
FROM newest AS messages
WHERE environment_id = :environment_id
  -- part: message_filter
