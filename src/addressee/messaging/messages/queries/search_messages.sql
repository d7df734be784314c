-- Looks through the newest 10,000 messages on an access path before a position: a page of those that a filter matches and
-- that have one of `wanted` statuses, how many there are of each status, and where it stopped.
WITH RECURSIVE
-- part: sources
-- part: newest_on_path
owners AS (
  SELECT id COLLATE "C" AS id,
         uid
  FROM unnest(:owners.place.id::text[], :owners.uid::uuid[]) AS owners (id, uid)
),
seen AS MATERIALIZED (
  SELECT id,
         inserted_at,
         status,
         true
         -- part: message_filter
         AS matches
  FROM newest AS messages
  WHERE environment_id = :environment_id
),
page AS (
  SELECT id,
         inserted_at
  FROM seen
  WHERE matches
    AND (:wanted::text[] IS NULL OR status = ANY(:wanted))
  ORDER BY inserted_at DESC, id DESC
  LIMIT :limit
),
counts AS (
  SELECT status,
         count(*) AS number
  FROM seen
  WHERE matches
  GROUP BY status
),
stopped AS (
  SELECT id,
         inserted_at,
         count(*) OVER () AS number
  FROM seen
  ORDER BY inserted_at, id
  LIMIT 1
)
SELECT 'found' AS kind,
       id AS name,
       inserted_at,
       NULL::bigint AS number
FROM page
UNION ALL
SELECT 'count',
       status,
       NULL,
       number
FROM counts
UNION ALL
SELECT 'stopped',
       id,
       inserted_at,
       number
FROM stopped
ORDER BY kind, inserted_at DESC, name DESC
