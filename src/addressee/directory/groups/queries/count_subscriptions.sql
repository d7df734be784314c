-- Adds to objects' counts of subscribers; each object is given once.
INSERT INTO addressee.subscription_counts (environment_id, collection, object_id, object_uid, slot, count)
SELECT changes.environment_id,
       changes.collection,
       changes.object_id,
       changes.object_uid,
       :slot,
       changes.difference
FROM unnest(
  :objects.environment_id::smallint[],
  :objects.collection::text[],
  :objects.id::text[],
  :objects.uid::uuid[],
  :differences::bigint[]
) AS changes (environment_id, collection, object_id, object_uid, difference)
ORDER BY changes.environment_id, changes.collection COLLATE "C", changes.object_id COLLATE "C", changes.object_uid
ON CONFLICT (environment_id, collection, object_id, object_uid, slot) DO UPDATE
SET count = subscription_counts.count + excluded.count
