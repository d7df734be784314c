-- A page of one identity's messages with what happened to them, after the row with the key $6.
SELECT jsonb_build_array(messages.inserted_at, messages.id) AS key,
       to_jsonb(messages) - '{environment_id,collection,recipient_id,uid,filter_data}'::text[]
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
                FROM addressee.message_events AS events
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
FROM addressee.messages AS messages
WHERE messages.environment_id = $1
  AND messages.collection = $2
  AND messages.recipient_id = $3
  AND messages.uid = $4
  AND (messages.inserted_at, messages.id) > (
    coalesce(($6::jsonb ->> 0)::timestamptz, '-infinity'),
    coalesce($6 ->> 1, '')
  )
ORDER BY messages.inserted_at, messages.id
LIMIT $5
