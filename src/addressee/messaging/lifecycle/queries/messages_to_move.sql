-- The next of one identity's messages that follow a merge: those after a position that are not being sent.
SELECT inserted_at,
       id
FROM addressee.messages
WHERE environment_id = :environment_id
  AND recipient_id = :recipient_id
  AND uid = :uid
  AND (inserted_at, id) > (:after_at, :after_id)
  AND status NOT IN ('queued', 'delivery_attempted')
  AND coalesce((
    SELECT bool_and(sends.due_at IS NULL)
    FROM addressee.sends
    WHERE sends.environment_id = :environment_id
      AND sends.message_id = messages.id
      AND sends.recipient_id = :recipient_id
  ), true)
  -- What came here by a merge that is undone goes back from here.
  AND coalesce((
    SELECT merges.undone_at IS NULL
    FROM addressee.merges AS merges
    WHERE merges.environment_id = :environment_id
      AND merges.id = messages.merge_ids[cardinality(messages.merge_ids)]
  ), true)
ORDER BY inserted_at, id
LIMIT :limit
