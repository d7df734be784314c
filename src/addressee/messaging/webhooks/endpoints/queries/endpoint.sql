-- One endpoint.
SELECT
  -- part: endpoint_columns
FROM addressee.webhook_endpoints
WHERE environment_id = :environment_id
  AND id = :id
