-- Messages by id, of recipients that live: without those that are kept of the departed.
SELECT *
FROM addressee.present_messages AS messages
WHERE environment_id = $1
  AND id = ANY($2::text[])
  -- part: not_retained
