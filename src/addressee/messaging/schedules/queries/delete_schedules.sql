-- Deletes schedules by id, and says which ones there were.
DELETE FROM addressee.schedules
WHERE environment_id = :environment_id
  AND id = ANY(:ids::uuid[])
RETURNING id
