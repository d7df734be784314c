-- Moves what happened to messages along with them.
WITH gone AS (
  DELETE FROM addressee.message_events
  WHERE environment_id = :environment_id
    AND recipient_id = :source_id
    AND message_id = ANY(:message_ids::text[])
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
       :target_id,
       :target_uid,
       type,
       data,
       inserted_at
FROM gone
