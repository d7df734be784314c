-- The recipients of messages, and the tenants within which they got them.
SELECT id,
       collection,
       recipient_id,
       uid,
       tenant
FROM addressee.messages
WHERE environment_id = :environment_id
  AND id = ANY(:ids::text[])
