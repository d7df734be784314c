-- Gives a message, with all that belongs to it, a fixed id.
WITH events AS (
  UPDATE addressee.message_events
  SET message_id = :new_id
  WHERE environment_id = :environment_id
    AND message_id = :id
),
logs AS (
  UPDATE addressee.delivery_logs
  SET message_id = :new_id
  WHERE environment_id = :environment_id
    AND message_id = :id
),
sends AS (
  UPDATE addressee.sends
  SET message_id = :new_id
  WHERE environment_id = :environment_id
    AND message_id = :id
)
UPDATE addressee.messages
SET id = :new_id
WHERE environment_id = :environment_id
  AND id = :id
