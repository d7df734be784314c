-- The remaining work of a bulk call, whose row is locked until the transaction ends.
SELECT rest
FROM addressee.bulk_operations
WHERE environment_id = :environment_id
  AND id = :id
FOR UPDATE
