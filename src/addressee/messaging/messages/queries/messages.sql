-- Messages by id, of recipients that live or left their history.
SELECT *
FROM addressee.present_messages
WHERE environment_id = $1
  AND id = ANY($2::text[])
