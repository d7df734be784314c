-- Replaces the secrets of an endpoint.
UPDATE addressee.webhook_endpoints
SET sealed_secrets = :sealed_secrets,
    updated_at = :now
WHERE environment_id = :environment_id
  AND id = :id
RETURNING
  -- part: endpoint_columns
