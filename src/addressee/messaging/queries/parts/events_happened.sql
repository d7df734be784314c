-- Has endpoints told of `stored` events of messages, and queues the signals that somebody waits for.
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
