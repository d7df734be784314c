-- The sends of a message, with how often each was sent again, and whether it may be tried still.
SELECT
  sends.run_id,
  sends.page,
  sends.resent,
  sends.due_at,
  -- part: tried_send
FROM addressee.sends AS sends
JOIN addressee.messages AS messages
  ON messages.environment_id = sends.environment_id
 AND messages.id = sends.message_id
 AND messages.recipient_id = sends.recipient_id
WHERE sends.environment_id = :environment_id
  AND sends.message_id = :message_id
ORDER BY sends.id
