-- Some of one recipient's messages past a position, newest first, and which of them a bulk call is about.
WITH RECURSIVE
-- part: sources
owners AS (
  SELECT $14::text COLLATE "C" AS id,
         $15::uuid AS uid
)
SELECT page.*
FROM sources
CROSS JOIN LATERAL (
  SELECT id,
         inserted_at,
         -- part: bulk_match
  FROM addressee.messages AS messages
  WHERE environment_id = $1
    AND (messages.inserted_at, messages.id) < ($2, $3)
    AND messages.inserted_at >= $4
    -- part: in_source
  ORDER BY messages.inserted_at DESC, messages.id DESC
  LIMIT $5
) AS page
ORDER BY page.inserted_at DESC, page.id DESC
LIMIT $5
