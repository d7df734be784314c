-- Gives a schedule a fixed id.
UPDATE addressee.schedules
SET id = $3
WHERE environment_id = $1
  AND id = $2
