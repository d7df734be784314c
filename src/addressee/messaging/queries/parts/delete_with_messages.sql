-- Deletes what belongs to the deleted `messages`.
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
