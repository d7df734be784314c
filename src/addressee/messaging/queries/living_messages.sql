-- Messages by id, of recipients that live: without those that are kept of the departed.
SELECT *
FROM addressee.present_messages AS messages
WHERE environment_id = $1
  AND id = ANY($2::text[])
  AND NOT EXISTS (
    SELECT
    FROM addressee.departed AS departed
    WHERE departed.environment_id = messages.environment_id
      AND departed.collection = messages.collection
      AND departed.id = messages.recipient_id
      AND departed.uid = messages.uid
  )
