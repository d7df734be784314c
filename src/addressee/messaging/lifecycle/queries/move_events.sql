-- Moves what happened to messages along with them.
WITH gone AS (
  DELETE FROM addressee.message_events
  WHERE environment_id = $1
    AND recipient_id = $2
    AND message_id = ANY($3::text[])
  RETURNING *
)
INSERT INTO addressee.message_events (
  environment_id,
  message_id,
  id,
  collection,
  recipient_id,
  uid,
  type,
  data,
  inserted_at
)
SELECT environment_id,
       message_id,
       id,
       collection,
       $4,
       $5,
       type,
       data,
       inserted_at
FROM gone
