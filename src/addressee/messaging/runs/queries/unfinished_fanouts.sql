-- The objects of a run that have subscribers to tell.
SELECT collection,
       object_id,
       cursor
FROM addressee.run_fanouts
WHERE environment_id = :environment_id
  AND run_id = :run_id
  AND cursor IS NOT NULL
ORDER BY collection, object_id
