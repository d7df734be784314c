-- Moves messages' sends along with them.
WITH gone AS (
  DELETE FROM addressee.sends
  WHERE environment_id = $1
    AND recipient_id = $2
    AND message_id = ANY($3::text[])
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
  due_at
)
SELECT environment_id,
       message_id,
       id,
       collection,
       $4,
       $5,
       channel_id,
       run_id,
       page,
       kind,
       address,
       status,
       attempts,
       due_at
FROM gone
