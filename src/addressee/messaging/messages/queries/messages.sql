-- Messages by id, of recipients that live or left their history.
SELECT *
FROM addressee.present_messages
WHERE environment_id = :environment_id
  AND id = ANY(:ids::text[])
