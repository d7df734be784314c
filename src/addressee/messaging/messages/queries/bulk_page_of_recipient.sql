-- A page of one recipient's messages past a position, newest first, and which of them a bulk call selects.
WITH RECURSIVE
-- part: sources
owners AS (
  SELECT :recipient_id::text COLLATE "C" AS id,
         :uid::uuid AS uid
)
SELECT page.*
FROM sources
CROSS JOIN LATERAL (
  SELECT id,
         inserted_at,
         -- part: bulk_selection
  FROM addressee.messages AS messages
  WHERE environment_id = :environment_id
    AND (messages.inserted_at, messages.id) < (:start_at, :start_id)
    AND messages.inserted_at >= :since
    -- part: in_source
  ORDER BY messages.inserted_at DESC, messages.id DESC
  LIMIT :limit
) AS page
ORDER BY page.inserted_at DESC, page.id DESC
LIMIT :limit
