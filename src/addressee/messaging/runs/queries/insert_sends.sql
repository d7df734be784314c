-- Stores the sends of pages of runs, due at once.
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
SELECT :environment_id,
       sending.message_id,
       sending.id,
       sending.collection,
       sending.recipient_id,
       sending.uid,
       sending.channel_id,
       sending.run_id,
       sending.page,
       sending.kind,
       sending.address,
       sending.status,
       :now
FROM unnest(
  :sends.message_id::text[],
  :sends.id::text[],
  :sends.collection::text[],
  :sends.recipient_id::text[],
  :sends.uid::uuid[],
  :sends.channel_id::uuid[],
  :sends.run_id::uuid[],
  :sends.page::smallint[],
  :sends.kind::text[],
  :sends.address::text[],
  :sends.status::text[]
)
  AS sending (message_id, id, collection, recipient_id, uid, channel_id, run_id, page, kind, address, status)
