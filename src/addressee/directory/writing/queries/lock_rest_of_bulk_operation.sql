-- What is left of a bulk call, held against another worker until the transaction ends.
SELECT rest
FROM addressee.bulk_operations
WHERE environment_id = :environment_id
  AND id = :id
FOR UPDATE
