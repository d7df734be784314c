-- Gives a bulk operation a fixed id.
UPDATE addressee.bulk_operations
SET id = :new_id
WHERE environment_id = :environment_id
  AND id = :id
