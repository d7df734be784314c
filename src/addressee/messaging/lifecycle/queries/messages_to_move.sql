-- The next of one identity's messages that follow a merge: those since a time that are not being sent.
SELECT id
FROM addressee.messages
WHERE environment_id = $1
  AND recipient_id = $2
  AND uid = $3
  AND inserted_at >= $4
  AND status NOT IN ('queued', 'delivery_attempted')
  AND coalesce((
    SELECT bool_and(sends.due_at IS NULL)
    FROM addressee.sends
    WHERE sends.environment_id = $1
      AND sends.message_id = messages.id
      AND sends.recipient_id = $2
  ), true)
  -- What came here by a merge that is undone goes back from here.
  AND coalesce((
    SELECT merges.undone_at IS NULL
    FROM addressee.merges AS merges
    WHERE merges.environment_id = $1
      AND merges.id = messages.merge_ids[cardinality(messages.merge_ids)]
  ), true)
ORDER BY inserted_at, id
LIMIT $5
