-- Makes a channel one of another type.
UPDATE addressee.channels
SET type = $3,
    provider = $4
WHERE environment_id = $1
  AND id = $2
