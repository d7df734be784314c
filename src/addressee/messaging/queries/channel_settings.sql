-- What a channel's sender is made from.
SELECT channels.type,
       channels.provider,
       channels.settings,
       channels.sealed_secrets,
       environments.name AS environment
FROM addressee.channels AS channels
JOIN addressee.environments AS environments
  ON environments.id = channels.environment_id
WHERE channels.environment_id = :environment_id
  AND channels.id = :id
