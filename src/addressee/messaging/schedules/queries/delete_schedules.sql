-- Deletes schedules by id, and returns which ones there were.
DELETE FROM addressee.schedules
WHERE environment_id = :environment_id
  AND id = ANY(:ids::uuid[])
RETURNING id
