-- Moves messages' sends along with them.
WITH gone AS (
  DELETE FROM addressee.sends
  WHERE environment_id = :environment_id
    AND recipient_id = :source_id
    AND message_id = ANY(:message_ids::text[])
  RETURNING *
)
INSERT INTO addressee.sends (
  environment_id,
  message_id,
  id,
  collection,
  recipient_id,
  uid,
  channel_id,
  run_id,
  page,
  kind,
  address,
  status,
  attempts,
  due_at,
  provider_id
)
SELECT environment_id,
       message_id,
       id,
       collection,
       :target_id,
       :target_uid,
       channel_id,
       run_id,
       page,
       kind,
       address,
       status,
       attempts,
       due_at,
       provider_id
FROM gone
