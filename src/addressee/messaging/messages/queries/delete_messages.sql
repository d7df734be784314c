-- Deletes messages with their events, sends and delivery logs, and returns in whose feeds they were.
WITH messages AS (
  DELETE FROM addressee.messages AS messages
  WHERE environment_id = :environment_id
    AND id = ANY(:ids::text[])
  RETURNING messages.environment_id,
            messages.id,
            messages.collection,
            -- part: counted_columns
),
shifts AS (
  SELECT *,
         -1 AS sign
  FROM messages
),
-- part: shift_feed_counts
,
-- part: delete_with_messages
SELECT id,
       channel_id,
       collection,
       recipient_id
FROM messages
