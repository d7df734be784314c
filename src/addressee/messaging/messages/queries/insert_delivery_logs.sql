-- Stores delivery logs that are not stored yet.
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
SELECT :environment_id,
       logs.message_id,
       logs.id,
       logs.collection,
       logs.recipient_id,
       logs.uid,
       logs.service,
       logs.request,
       logs.response,
       :now
FROM unnest(
  :logs.message_id::text[],
  :logs.id::text[],
  :logs.recipient.collection::text[],
  :logs.recipient.id::text[],
  :logs.recipient.uid::uuid[],
  :logs.service::text[],
  :logs.request::jsonb[],
  :logs.response::jsonb[]
) AS logs (message_id, id, collection, recipient_id, uid, service, request, response)
ON CONFLICT DO NOTHING
