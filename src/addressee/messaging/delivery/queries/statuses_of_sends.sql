-- The statuses of all sends of messages that have several.
SELECT message_id,
       id,
       status
FROM addressee.sends
WHERE environment_id = :environment_id
  AND message_id = ANY(:message_ids::text[])
