-- Stores the sends of one page of a run, due at once.
INSERT INTO addressee.sends (
  environment_id,
  message_id,
  id,
  collection,
  recipient_id,
  uid,
  channel_id,
  run_id,
  page,
  kind,
  address,
  status,
  due_at
)
SELECT $1,
       sending.message_id,
       sending.id,
       sending.collection,
       sending.recipient_id,
       sending.uid,
       sending.channel_id,
       $2,
       $3,
       sending.kind,
       sending.address,
       sending.status,
       $13
FROM unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::uuid[], $9::uuid[], $10::text[], $11::text[], $12::text[])
  AS sending (message_id, id, collection, recipient_id, uid, channel_id, kind, address, status)
