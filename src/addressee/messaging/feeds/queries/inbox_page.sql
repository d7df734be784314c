-- A page of one recipient's inbox below a time, newest first; of a millisecond it has all items or none.
WITH RECURSIVE
-- part: sources
owners AS (
  SELECT :recipient_id::text COLLATE "C" AS id,
         :uid::uuid AS uid
)
SELECT page.*
FROM sources
CROSS JOIN LATERAL (
  SELECT *
  FROM addressee.messages AS messages
  WHERE environment_id = :environment_id
    AND messages.inserted_at < :before
    AND status = 'delivered'
    AND (archived_at IS NOT NULL) = :is_archived
    AND (:is_read::boolean IS NULL OR (read_at IS NOT NULL) = :is_read)
    AND (:workflows::text[] IS NULL OR workflow = ANY(:workflows))
    AND (:categories::text[] IS NULL OR categories[1] = ANY(:categories))
    -- part: inbox_filter
    -- part: in_source
  ORDER BY messages.inserted_at DESC
  FETCH FIRST (:limit) ROWS WITH TIES
) AS page
ORDER BY page.inserted_at DESC
FETCH FIRST (:limit) ROWS WITH TIES
