-- Deletes an audience, and says whether there was one.
DELETE FROM addressee.audiences
WHERE environment_id = :environment_id
  AND key = :key
RETURNING key
