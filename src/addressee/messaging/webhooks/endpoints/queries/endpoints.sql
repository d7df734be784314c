-- The endpoints of an environment, oldest first.
SELECT
  -- part: endpoint_columns
FROM addressee.webhook_endpoints
WHERE environment_id = :environment_id
ORDER BY created_at,
         id
