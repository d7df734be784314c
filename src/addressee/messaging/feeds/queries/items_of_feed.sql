-- Items of one recipient's feed by their ids.
WITH RECURSIVE
-- part: sources
owners AS (
  SELECT :recipient_id::text COLLATE "C" AS id,
         :uid::uuid AS uid
)
SELECT *
FROM addressee.messages AS messages
WHERE environment_id = :environment_id
  AND channel_id = :channel_id
  AND id = ANY(:ids::text[])
  AND status = 'delivered'
  AND (
    SELECT true
    FROM sources
    WHERE true
      -- part: in_source
    LIMIT 1
  )
