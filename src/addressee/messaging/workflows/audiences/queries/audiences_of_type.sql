-- The audiences of one type.
SELECT key,
       content
FROM addressee.audiences
WHERE environment_id = :environment_id
  AND type = :type
