-- What of `stored` events of messages may end waits.
SELECT environment_id,
       recipient_id,
       uid,
       'message' AS type,
       substr(type, length('message.') + 1) AS name,
       :now::timestamptz AS at,
       jsonb_build_object('message_id', message_id, 'data', data) AS event
FROM stored
