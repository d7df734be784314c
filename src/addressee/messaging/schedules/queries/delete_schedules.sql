-- Deletes schedules by id, and says which ones there were.
DELETE FROM addressee.schedules
WHERE environment_id = $1
  AND id = ANY($2::uuid[])
RETURNING id
