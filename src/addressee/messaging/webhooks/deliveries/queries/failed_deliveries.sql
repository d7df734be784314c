-- A page of an endpoint's deliveries that failed.
WITH matching AS NOT MATERIALIZED (
  SELECT
    -- part: delivery_columns
  FROM addressee.webhook_deliveries
  WHERE environment_id = :environment_id
    AND endpoint_id = :endpoint_id
    AND status = 'failed'
    AND
      -- part: matching_deliveries
),
-- part: page_of_deliveries
