-- Messages by id, of recipients that exist: without those that are retained of deleted ones.
SELECT *
FROM addressee.present_messages AS messages
WHERE environment_id = :environment_id
  AND id = ANY(:ids::text[])
  -- part: not_retained
