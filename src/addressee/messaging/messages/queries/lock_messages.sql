-- Holds messages until the transaction ends, in the order of their ids so that no two wait for each other.
SELECT
FROM addressee.messages
WHERE environment_id = $1
  AND id = ANY($2::text[])
ORDER BY id
FOR UPDATE
