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
  SELECT environment_id,
         recipient_id,
         uid,
         'message' AS type,
         substr(type, length('message.') + 1) AS name,
         :now::timestamptz AS at,
         jsonb_build_object('message_id', message_id, 'data', data) AS event
  FROM stored
),
occurred AS (
  SELECT environment_id,
         collection,
         recipient_id,
         uid,
         type,
         jsonb_build_object('message_id', message_id, 'event_id', id) AS subject,
         :now::timestamptz AS at,
         id AS place
  FROM stored
),
told AS (
  -- part: webhooks
)
-- part: signals
