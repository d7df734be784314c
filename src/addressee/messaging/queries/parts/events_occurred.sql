-- What endpoints are told of `stored` events of messages.
SELECT environment_id,
       collection,
       recipient_id,
       uid,
       type,
       jsonb_build_object('message_id', message_id, 'event_id', id) AS subject,
       :now::timestamptz AS at,
       id AS place
FROM stored
