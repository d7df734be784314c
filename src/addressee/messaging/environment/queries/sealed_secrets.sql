-- The secret settings of one channel.
SELECT sealed_secrets
FROM addressee.channels
WHERE environment_id = :environment_id
  AND id = :id
