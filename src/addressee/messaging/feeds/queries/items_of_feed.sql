-- Items of one recipient's feed by their ids.
WITH RECURSIVE
-- part: sources
owners AS (
  SELECT $2::text COLLATE "C" AS id,
         $3::uuid AS uid
)
SELECT *
FROM addressee.messages AS messages
WHERE environment_id = $1
  AND channel_id = $4
  AND id = ANY($5::text[])
  AND status = 'delivered'
  AND (
    SELECT true
    FROM sources
    WHERE true
      -- part: in_source
    LIMIT 1
  )
