-- Deletes messages with their events, sends and delivery logs, and counts them.
WITH messages AS (
  DELETE FROM addressee.messages
  WHERE environment_id = :environment_id
    AND id = ANY(:ids::text[])
  RETURNING environment_id,
            id,
            recipient_id
),
events AS (
  DELETE FROM addressee.message_events AS events
  USING messages
  WHERE events.environment_id = messages.environment_id
    AND events.message_id = messages.id
    AND events.recipient_id = messages.recipient_id
),
logs AS (
  DELETE FROM addressee.delivery_logs AS logs
  USING messages
  WHERE logs.environment_id = messages.environment_id
    AND logs.message_id = messages.id
    AND logs.recipient_id = messages.recipient_id
),
sends AS (
  DELETE FROM addressee.sends AS sends
  USING messages
  WHERE sends.environment_id = messages.environment_id
    AND sends.message_id = messages.id
    AND sends.recipient_id = messages.recipient_id
)
SELECT count(*)
FROM messages
