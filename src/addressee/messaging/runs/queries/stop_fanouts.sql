-- Ends how objects of runs tell their subscribers: some of them or (null) all.
UPDATE addressee.run_fanouts
SET cursor = NULL
WHERE environment_id = :environment_id
  AND run_id = ANY(:run_ids::uuid[])
  AND (:objects.collection::text[] IS NULL OR (collection, object_id) IN (SELECT * FROM unnest(
    :objects.collection,
    :objects.id::text[]
  )))
