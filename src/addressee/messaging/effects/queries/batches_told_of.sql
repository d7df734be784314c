-- Of batches with these identities, those of which a run told in a time before: it closed with items, or a run led.
SELECT DISTINCT
       batches.recipient_id,
       batches.uid,
       batches.step_ref,
       batches.key,
       batches.version,
       batches.tenant
FROM unnest(
  :looking.batch.recipient_id::text[],
  :looking.batch.uid::uuid[],
  :looking.batch.step_ref::text[],
  :looking.batch.key::text[],
  :looking.batch.version::text[],
  :looking.batch.tenant::text[],
  :looking.look_back::interval[]
) AS looking (recipient_id, uid, step_ref, key, version, tenant, look_back)
JOIN addressee.batches AS batches
  ON batches.environment_id = :environment_id
 AND batches.recipient_id = looking.recipient_id
 AND batches.uid = looking.uid
 AND batches.workflow = :workflow
 AND batches.step_ref = looking.step_ref
 AND batches.key = looking.key
 AND batches.version = looking.version
 AND batches.tenant = looking.tenant
WHERE batches.led_at > :now::timestamptz - looking.look_back
   OR (
     batches.closed_at > :now::timestamptz - looking.look_back
     AND EXISTS (
       SELECT
       FROM addressee.batch_items AS items
       WHERE items.environment_id = batches.environment_id
         AND items.batch_id = batches.id
     )
   )
