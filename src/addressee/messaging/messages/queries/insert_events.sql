-- Records what happened to messages; what happened twice in one moment, once.
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
SELECT $1,
       happened.message_id,
       happened.id,
       happened.collection,
       happened.recipient_id,
       happened.uid,
       happened.type,
       happened.data,
       $9
FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::text[], $8::jsonb[])
  AS happened (message_id, id, collection, recipient_id, uid, type, data)
ON CONFLICT DO NOTHING
