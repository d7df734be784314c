-- Some messages past a position, newest first, and which of them a bulk call is about.
SELECT id,
       inserted_at,
       -- part: bulk_match
FROM addressee.messages
WHERE environment_id = $1
  AND (inserted_at, id) < ($2, $3)
  AND inserted_at >= $4
ORDER BY inserted_at DESC, id DESC
LIMIT $5
