-- Notes when everything had followed a merge, or its undoing, for the first time.
UPDATE addressee.merges
SET settled_at = coalesce(settled_at, $3)
WHERE environment_id = $1
  AND id = $2
