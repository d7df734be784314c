-- Gives a bulk operation a fixed id.
UPDATE addressee.bulk_operations
SET id = $3
WHERE environment_id = $1
  AND id = $2
