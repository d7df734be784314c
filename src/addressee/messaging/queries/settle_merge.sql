-- Notes that everything has followed a merge.
UPDATE addressee.merges
SET settled_at = $3
WHERE environment_id = $1
  AND id = $2
