-- The channels that send a message, or sent it at last.
SELECT DISTINCT channel_id
FROM addressee.sends
WHERE environment_id = :environment_id
  AND message_id = :message_id
