-- Locks messages until the transaction ends, in the order of their ids so that no two wait for each other.
SELECT
FROM addressee.messages
WHERE environment_id = :environment_id
  AND id = ANY(:ids::text[])
ORDER BY id
FOR UPDATE
