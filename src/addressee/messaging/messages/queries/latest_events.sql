-- The latest event of each type that messages have.
SELECT DISTINCT ON (message_id, type)
       message_id,
       id,
       collection,
       recipient_id,
       type,
       data,
       inserted_at
FROM addressee.events_of_messages
WHERE environment_id = :environment_id
  AND message_id = ANY(:message_ids::text[])
ORDER BY message_id, type, id DESC
