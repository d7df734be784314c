-- One delivery of an endpoint.
SELECT
  -- part: delivery_columns
FROM addressee.webhook_deliveries
WHERE environment_id = :environment_id
  AND endpoint_id = :endpoint_id
  AND id = :id
