-- Gives a message, with all that belongs to it, a fixed id.
WITH events AS (
  UPDATE addressee.message_events
  SET message_id = $3
  WHERE environment_id = $1
    AND message_id = $2
),
logs AS (
  UPDATE addressee.delivery_logs
  SET message_id = $3
  WHERE environment_id = $1
    AND message_id = $2
),
sends AS (
  UPDATE addressee.sends
  SET message_id = $3
  WHERE environment_id = $1
    AND message_id = $2
)
UPDATE addressee.messages
SET id = $3
WHERE environment_id = $1
  AND id = $2
