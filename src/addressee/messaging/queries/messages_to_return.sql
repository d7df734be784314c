-- The next of one identity's messages since a time that followed merge $6 last and are not being sent.
SELECT id
FROM addressee.messages
WHERE environment_id = $1
  AND recipient_id = $2
  AND uid = $3
  AND inserted_at >= $4
  AND merge_ids[cardinality(merge_ids)] = $6
  AND status NOT IN ('queued', 'delivery_attempted')
ORDER BY inserted_at, id
LIMIT $5
