-- Stores events that are not stored yet, has endpoints told of them, and queues the signals that somebody waits for.
WITH stored AS (
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
  SELECT :environment_id,
         events.message_id,
         events.id,
         events.collection,
         events.recipient_id,
         events.uid,
         events.type,
         events.data,
         :now
  FROM unnest(
    :events.message_id::text[],
    :ids::text[],
    :events.recipient.collection::text[],
    :events.recipient.id::text[],
    :events.recipient.uid::uuid[],
    :events.type::text[],
    :data::jsonb[]
  ) AS events (message_id, id, collection, recipient_id, uid, type, data)
  ON CONFLICT DO NOTHING
  RETURNING environment_id,
            message_id,
            id,
            collection,
            recipient_id,
            uid,
            type,
            data
),
happened AS (
  -- part: events_happened
),
occurred AS (
  -- part: events_occurred
),
told AS (
  -- part: webhooks
)
-- part: signals
