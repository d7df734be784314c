-- Records what providers were asked and what they answered.
INSERT INTO addressee.delivery_logs (
  environment_id,
  message_id,
  id,
  collection,
  recipient_id,
  uid,
  service,
  request,
  response,
  inserted_at
)
SELECT $1,
       attempts.message_id,
       attempts.id,
       attempts.collection,
       attempts.recipient_id,
       attempts.uid,
       attempts.service,
       attempts.request,
       attempts.response,
       $10
FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::text[], $8::jsonb[], $9::jsonb[])
  AS attempts (message_id, id, collection, recipient_id, uid, service, request, response)
ON CONFLICT DO NOTHING
