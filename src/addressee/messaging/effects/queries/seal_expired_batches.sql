-- Seals open batches whose time is over, in the order in which all lock them. The newest item prolongs a sliding window;
-- a batch with too few items to close stays open.
WITH expired AS (
  SELECT batches.id,
         batches.recipient_id
  FROM unnest(
    :joining.batch.recipient_id::text[],
    :joining.batch.uid::uuid[],
    :joining.batch.step_ref::text[],
    :joining.batch.key::text[],
    :joining.batch.version::text[],
    :joining.batch.tenant::text[],
    :joining.slide::interval[],
    :joining.slides_until::interval[],
    :joining.min_items::int[]
  ) AS joining (recipient_id, uid, step_ref, key, version, tenant, slide, slides_until, min_items)
  JOIN addressee.batches AS batches
    ON batches.environment_id = :environment_id
   AND batches.recipient_id = joining.recipient_id
   AND batches.uid = joining.uid
   AND batches.workflow = :workflow
   AND batches.step_ref = joining.step_ref
   AND batches.key = joining.key
   AND batches.version = joining.version
   AND batches.tenant = joining.tenant
   AND batches.sealed_at IS NULL
   AND batches.closes_at <= :now
  WHERE (
      joining.slide IS NULL
      OR batches.opened_at + joining.slides_until <= :now
      OR coalesce((
           SELECT max(items.joined_at)
           FROM addressee.batch_items AS items
           WHERE items.environment_id = :environment_id
             AND items.batch_id = batches.id
         ), batches.opened_at) + joining.slide <= :now
    )
    AND (
      joining.min_items = 0
      OR batches.recipient_run_id IS NULL
      OR joining.min_items <= (
        SELECT count(*)
        FROM addressee.batch_items AS items
        WHERE items.environment_id = :environment_id
          AND items.batch_id = batches.id
      )
    )
  ORDER BY batches.recipient_id,
           batches.uid,
           batches.step_ref,
           batches.key,
           batches.version,
           batches.tenant
  FOR NO KEY UPDATE OF batches
)
UPDATE addressee.batches AS batches
SET sealed_at = :now
FROM expired
WHERE batches.environment_id = :environment_id
  AND batches.id = expired.id
  AND batches.recipient_id = expired.recipient_id
