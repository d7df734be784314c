-- Some recipients' messages before or after a position, newest first.
WITH RECURSIVE
-- part: sources
owners AS (
  SELECT id COLLATE "C" AS id,
         uid
  FROM unnest(:owners.place.id::text[], :owners.uid::uuid[]) AS owners (id, uid)
  LIMIT (SELECT 1000000) -- as in `sources`
),
matching AS NOT MATERIALIZED (
  SELECT *
  FROM addressee.messages
  WHERE environment_id = :environment_id
    -- part: message_filter
),
-- part: page_of_sources
