-- What the senders of channels are made from.
SELECT channels.id,
       channels.type,
       channels.provider,
       channels.settings,
       channels.sealed_secrets,
       channels.updated_at,
       channels.failover,
       environments.name AS environment
FROM addressee.channels AS channels
JOIN addressee.environments AS environments
  ON environments.id = channels.environment_id
WHERE channels.environment_id = :environment_id
  AND channels.id = ANY(:ids::uuid[])
