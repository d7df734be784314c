-- Moves what was said to providers along with the messages.
WITH gone AS (
  DELETE FROM addressee.delivery_logs
  WHERE environment_id = $1
    AND recipient_id = $2
    AND message_id = ANY($3::text[])
  RETURNING *
)
INSERT INTO addressee.delivery_logs (
  environment_id,
  message_id,
  id,
  collection,
  recipient_id,
  uid,
  service,
  request,
  response,
  inserted_at
)
SELECT environment_id,
       message_id,
       id,
       collection,
       $4,
       $5,
       service,
       request,
       response,
       inserted_at
FROM gone
