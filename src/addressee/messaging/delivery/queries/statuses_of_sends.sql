-- What became so far of the sends of messages that have several.
SELECT message_id,
       id,
       status
FROM addressee.sends
WHERE environment_id = $1
  AND message_id = ANY($2::text[])
