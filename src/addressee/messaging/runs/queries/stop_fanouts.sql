-- Ends how objects of runs tell their subscribers: some of them or (null) all.
UPDATE addressee.run_fanouts
SET cursor = NULL
WHERE environment_id = $1
  AND run_id = ANY($2::uuid[])
  AND ($3::text[] IS NULL OR (collection, object_id) IN (SELECT * FROM unnest($3, $4::text[])))
