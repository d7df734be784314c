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
SELECT claimed.id,
       claimed.message_id,
       claimed.collection,
       claimed.recipient_id,
       claimed.uid,
       claimed.channel_id,
       claimed.kind,
       claimed.address,
       claimed.attempts,
       claimed.status IS NOT NULL AS is_one_of_several,
       coalesce(claimed.status, messages.status) AS status,
       messages.recipient_run_id,
       messages.step_ref,
       messages.content,
       messages.tenant,
       messages.inserted_at
FROM claimed
JOIN addressee.messages AS messages
  ON messages.environment_id = claimed.environment_id
 AND messages.id = claimed.message_id
 AND messages.recipient_id = claimed.recipient_id
ORDER BY claimed.message_id,
         claimed.id
