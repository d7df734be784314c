-- The next of one identity's messages that follow a merge: those since a time that are not being sent. Locks them.
WITH page AS MATERIALIZED (
  SELECT id
  FROM addressee.messages
  WHERE environment_id = $1
    AND recipient_id = $2
    AND uid = $3
    AND inserted_at >= $4
    AND status NOT IN ('queued', 'delivery_attempted')
  ORDER BY inserted_at, id
  LIMIT $5
)
SELECT id
FROM addressee.messages
WHERE environment_id = $1
  AND id = ANY (ARRAY (
    SELECT id
    FROM page
  ))
ORDER BY id
FOR UPDATE
