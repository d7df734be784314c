-- The objects of a run that have subscribers to tell.
SELECT collection,
       object_id,
       cursor
FROM addressee.run_fanouts
WHERE environment_id = $1
  AND run_id = $2
  AND cursor IS NOT NULL
ORDER BY collection, object_id
