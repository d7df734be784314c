-- Gives a schedule a fixed id.
UPDATE addressee.schedules
SET id = :new_id
WHERE environment_id = :environment_id
  AND id = :id
