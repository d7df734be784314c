-- Moves what was said to providers along with the messages.
WITH gone AS (
  DELETE FROM addressee.delivery_logs
  WHERE environment_id = :environment_id
    AND recipient_id = :source_id
    AND message_id = ANY(:message_ids::text[])
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
       :target_id,
       :target_uid,
       service,
       request,
       response,
       inserted_at
FROM gone
