-- The next of one identity's messages that follow a merge: those that are not being sent, since a time. Locks them.
WITH page AS (
  SELECT messages.id
  FROM addressee.messages AS messages
  WHERE environment_id = $1
    AND recipient_id = $2
    AND uid = $3
    AND inserted_at >= $4
    AND NOT EXISTS (
      SELECT
      FROM addressee.sends AS sends
      WHERE sends.environment_id = messages.environment_id
        AND sends.message_id = messages.id
        AND sends.recipient_id = messages.recipient_id
        AND sends.due_at IS NOT NULL
    )
  ORDER BY messages.inserted_at, messages.id
  LIMIT $5
)
SELECT messages.id
FROM addressee.messages AS messages
JOIN page
  ON page.id = messages.id
WHERE environment_id = $1
  AND recipient_id = $2
ORDER BY messages.id
FOR UPDATE OF messages
