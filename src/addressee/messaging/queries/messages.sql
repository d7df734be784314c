-- Messages by id, of recipients that live.
SELECT *
FROM addressee.present_messages
WHERE environment_id = $1
  AND id = ANY($2::text[])
