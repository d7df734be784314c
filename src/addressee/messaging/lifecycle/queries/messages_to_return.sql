-- The next of one identity's messages after a position that followed merge `merge_id` last and are not being sent.
SELECT inserted_at,
       id
FROM addressee.messages
WHERE environment_id = :environment_id
  AND recipient_id = :recipient_id
  AND uid = :uid
  AND (inserted_at, id) > (:after_at, :after_id)
  AND merge_ids[cardinality(merge_ids)] = :merge_id
  AND status NOT IN ('queued', 'delivery_attempted')
  AND coalesce((
    SELECT bool_and(sends.due_at IS NULL)
    FROM addressee.sends
    WHERE sends.environment_id = :environment_id
      AND sends.message_id = messages.id
      AND sends.recipient_id = :recipient_id
  ), true)
ORDER BY inserted_at, id
LIMIT :limit
