-- What messages say, of recipients that live or left their history.
SELECT id,
       inserted_at,
       content
FROM addressee.present_messages
WHERE environment_id = :environment_id
  AND id = ANY(:ids::text[])
