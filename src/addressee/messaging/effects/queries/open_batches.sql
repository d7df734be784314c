-- Opens batches, except where one is open. Who opens the same ones waits, and finds them.
INSERT INTO addressee.batches (
  environment_id,
  id,
  collection,
  recipient_id,
  uid,
  workflow,
  step_ref,
  key,
  version,
  tenant,
  recipient_run_id,
  opened_at,
  closes_at,
  led_at
)
SELECT :environment_id,
       new.id,
       new.collection,
       new.recipient_id,
       new.uid,
       :workflow,
       new.step_ref,
       new.key,
       new.version,
       new.tenant,
       new.recipient_run_id,
       :now,
       new.closes_at,
       new.led_at
FROM unnest(
  :new.id::uuid[],
  :new.collection::text[],
  :new.batch.recipient_id::text[],
  :new.batch.uid::uuid[],
  :new.batch.step_ref::text[],
  :new.batch.key::text[],
  :new.batch.version::text[],
  :new.batch.tenant::text[],
  :new.recipient_run_id::uuid[],
  :new.closes_at::timestamptz[],
  :new.led_at::timestamptz[]
) AS new (id, collection, recipient_id, uid, step_ref, key, version, tenant, recipient_run_id, closes_at, led_at)
ORDER BY new.recipient_id COLLATE "C",
         new.uid,
         new.step_ref COLLATE "C",
         new.key COLLATE "C",
         new.version COLLATE "C",
         new.tenant COLLATE "C"
ON CONFLICT (environment_id, recipient_id, uid, workflow, step_ref, key, version, tenant) WHERE sealed_at IS NULL
DO NOTHING
RETURNING id
