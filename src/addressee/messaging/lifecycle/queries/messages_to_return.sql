-- The next of one identity's messages since a time that followed merge $6 last and are not being sent.
SELECT id
FROM addressee.messages
WHERE environment_id = $1
  AND recipient_id = $2
  AND uid = $3
  AND inserted_at >= $4
  AND merge_ids[cardinality(merge_ids)] = $6
  AND status NOT IN ('queued', 'delivery_attempted')
  AND coalesce((
    SELECT bool_and(sends.due_at IS NULL)
    FROM addressee.sends
    WHERE sends.environment_id = $1
      AND sends.message_id = messages.id
      AND sends.recipient_id = $2
  ), true)
ORDER BY inserted_at, id
LIMIT $5
