-- Keeps how far a run has come in telling an object's subscribers (null: to the end), and to which identity of it.
UPDATE addressee.run_fanouts
SET object_uid = $5,
    cursor = $6
WHERE environment_id = $1
  AND run_id = $2
  AND collection = $3
  AND object_id = $4
