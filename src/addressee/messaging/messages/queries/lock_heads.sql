-- Locks the heads of messages' recipients until the transaction ends, in one order so that no two wait for each other.
SELECT
FROM addressee.message_heads AS heads
WHERE environment_id = :environment_id
  AND (recipient_id, uid) IN (
    SELECT recipient_id,
           uid
    FROM addressee.messages
    WHERE environment_id = :environment_id
      AND id = ANY(:ids::text[])
  )
ORDER BY recipient_id, uid
FOR NO KEY UPDATE OF heads
