-- Adds objects whose subscribers a run tells too, and returns those that it had not come to before.
INSERT INTO addressee.run_fanouts (
  environment_id,
  run_id,
  collection,
  object_id,
  object_uid,
  level,
  cursor,
  workflow,
  cancellation_key,
  kinds
)
SELECT :environment_id,
       :run_id,
       objects.collection,
       objects.id,
       objects.uid,
       :level,
       :cursor,
       :workflow,
       :cancellation_key,
       objects.kinds
FROM unnest(
  :objects.collection::text[],
  :objects.id::text[],
  :objects.uid::uuid[],
  :objects.kinds::jsonb[]
) AS objects (collection, id, uid, kinds)
ON CONFLICT DO NOTHING
RETURNING collection,
          object_id
