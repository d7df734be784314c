-- Keeps how far a run has come in telling an object's subscribers (null: to the end), and to which identity of it.
UPDATE addressee.run_fanouts
SET object_uid = :object_uid,
    cursor = :cursor
WHERE environment_id = :environment_id
  AND run_id = :run_id
  AND collection = :collection
  AND object_id = :object_id
