-- Claims some of a page's due sends, and returns them with the contents of their messages. It leaves out sends
-- that another worker has claimed, and those that somebody changes at this moment: it waits for no lock.
WITH due AS (
  SELECT message_id,
         id,
         recipient_id
  FROM addressee.sends
  WHERE environment_id = :environment_id
    AND run_id = :run_id
    AND page = :page
    AND due_at <= :now
  LIMIT :limit
),
locked AS (
  SELECT sends.message_id,
         sends.id,
         sends.recipient_id
  FROM due
  JOIN addressee.sends AS sends USING (message_id, id, recipient_id)
  WHERE sends.environment_id = :environment_id
    AND sends.due_at <= :now
  FOR NO KEY UPDATE OF sends SKIP LOCKED
),
claimed AS (
  UPDATE addressee.sends AS sends
  SET due_at = :claimed_until
  FROM locked
  WHERE sends.environment_id = :environment_id
    AND sends.message_id = locked.message_id
    AND sends.id = locked.id
    AND sends.recipient_id = locked.recipient_id
  RETURNING sends.*
)
SELECT
  -- part: tried_send
FROM claimed AS sends
JOIN addressee.messages AS messages
  ON messages.environment_id = sends.environment_id
 AND messages.id = sends.message_id
 AND messages.recipient_id = sends.recipient_id
ORDER BY sends.message_id,
         sends.id
