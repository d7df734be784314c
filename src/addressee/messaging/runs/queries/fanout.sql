-- How far a run has come in telling an object's subscribers.
SELECT object_uid,
       level,
       cursor,
       kinds
FROM addressee.run_fanouts
WHERE environment_id = $1
  AND run_id = $2
  AND collection = $3
  AND object_id = $4
