-- Some recipients' messages past a position ($2: towards older ones), newest first.
WITH RECURSIVE
-- part: sources
owners AS (
  SELECT id COLLATE "C" AS id,
         uid
  FROM unnest($21::text[], $22::uuid[]) AS owners (id, uid)
  LIMIT (SELECT 1000000) -- as in `sources`
),
matching AS NOT MATERIALIZED (
  SELECT *
  FROM addressee.messages
  WHERE environment_id = $1
    -- part: message_filter
),
older AS (
  SELECT page.*
  FROM sources
  CROSS JOIN LATERAL (
    SELECT *
    FROM matching AS messages
    WHERE $2
      AND (messages.inserted_at, messages.id) < ($3, $4)
      AND messages.inserted_at >= $6
      -- part: in_source
    ORDER BY messages.inserted_at DESC, messages.id DESC
    LIMIT $5
  ) AS page
  ORDER BY page.inserted_at DESC, page.id DESC
  LIMIT $5
),
newer AS (
  SELECT page.*
  FROM sources
  CROSS JOIN LATERAL (
    SELECT *
    FROM matching AS messages
    WHERE NOT $2
      AND (messages.inserted_at, messages.id) > ($3, $4)
      AND messages.inserted_at < $7
      -- part: in_source
    ORDER BY messages.inserted_at, messages.id
    LIMIT $5
  ) AS page
  ORDER BY page.inserted_at, page.id
  LIMIT $5
)
SELECT *
FROM older
UNION ALL
SELECT *
FROM newer
ORDER BY inserted_at DESC, id DESC
