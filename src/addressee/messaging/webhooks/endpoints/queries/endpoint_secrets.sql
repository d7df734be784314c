-- The secrets of an endpoint.
SELECT sealed_secrets
FROM addressee.webhook_endpoints
WHERE environment_id = :environment_id
  AND id = :id
