-- A page of messages past a position, newest first, and which of them a bulk call selects.
SELECT id,
       inserted_at,
       -- part: bulk_selection
FROM addressee.messages
WHERE environment_id = :environment_id
  AND (inserted_at, id) < (:start_at, :start_id)
  AND inserted_at >= :since
ORDER BY inserted_at DESC, id DESC
LIMIT :limit
