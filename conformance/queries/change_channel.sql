-- Makes a channel one of another type.
UPDATE addressee.channels
SET type = :type,
    provider = :provider
WHERE environment_id = :environment_id
  AND id = :id
