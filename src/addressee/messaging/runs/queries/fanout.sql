-- How far a run has come in telling an object's subscribers.
SELECT object_uid,
       level,
       cursor,
       kinds
FROM addressee.run_fanouts
WHERE environment_id = :environment_id
  AND run_id = :run_id
  AND collection = :collection
  AND object_id = :object_id
