-- A page of one recipient's messages with what happened to them, after the row with a key.
WITH RECURSIVE
-- part: sources
owners AS (
  SELECT :id::text COLLATE "C" AS id,
         :uid::uuid AS uid
)
SELECT jsonb_build_array(messages.inserted_at, messages.id) AS key,
       to_jsonb(messages) - '{environment_id,collection,recipient_id,uid,filter_data,first_events,first_events_at}'::text[]
         || jsonb_build_object(
              'events', (
                SELECT coalesce(
                         jsonb_agg(
                           jsonb_build_object(
                             'type', events.type,
                             'data', events.data,
                             'inserted_at', events.inserted_at
                           )
                           ORDER BY events.id
                         ),
                         '[]'
                       )
                FROM addressee.events_of_messages AS events
                WHERE events.environment_id = messages.environment_id
                  AND events.message_id = messages.id
                  AND events.recipient_id = messages.recipient_id
              ),
              'deliveries', (
                SELECT coalesce(
                         jsonb_agg(
                           jsonb_build_object(
                             'service', logs.service,
                             'request', logs.request,
                             'response', logs.response,
                             'inserted_at', logs.inserted_at
                           )
                           ORDER BY logs.id
                         ),
                         '[]'
                       )
                FROM addressee.delivery_logs AS logs
                WHERE logs.environment_id = messages.environment_id
                  AND logs.message_id = messages.id
                  AND logs.recipient_id = messages.recipient_id
              )
            ) AS document
FROM sources
CROSS JOIN LATERAL (
  SELECT *
  FROM addressee.messages AS messages
  WHERE messages.environment_id = :environment_id
    AND messages.collection = :collection
    AND (messages.inserted_at, messages.id) > (
      coalesce((:key::jsonb ->> 0)::timestamptz, '-infinity'),
      coalesce(:key ->> 1, '')
    )
    -- part: in_source
  ORDER BY messages.inserted_at, messages.id
  LIMIT :limit
) AS messages
ORDER BY messages.inserted_at, messages.id
LIMIT :limit
