-- Messages by id, of recipients that exist or whose history is retained.
SELECT *
FROM addressee.present_messages
WHERE environment_id = :environment_id
  AND id = ANY(:ids::text[])
