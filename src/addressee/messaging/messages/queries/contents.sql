-- Contents of messages, of recipients that exist or whose history is retained.
SELECT id,
       inserted_at,
       content
FROM addressee.present_messages
WHERE environment_id = :environment_id
  AND id = ANY(:ids::text[])
