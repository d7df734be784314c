-- The secret settings of a channel, sealed.
SELECT sealed_secrets
FROM addressee.channels
WHERE environment_id = :environment_id
  AND id = :id
