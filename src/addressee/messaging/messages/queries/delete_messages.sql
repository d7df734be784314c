-- Deletes messages with their events, sends and delivery logs, and counts them.
WITH messages AS (
  DELETE FROM addressee.messages
  WHERE environment_id = :environment_id
    AND id = ANY(:ids::text[])
  RETURNING environment_id,
            id,
            recipient_id
),
-- part: delete_with_messages
