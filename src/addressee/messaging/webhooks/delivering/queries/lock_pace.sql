-- How delivering to an endpoint goes, which nobody else changes until the transaction ends.
SELECT
  -- part: pace_columns
FROM addressee.webhook_endpoints AS endpoints
WHERE endpoints.environment_id = :environment_id
  AND endpoints.id = :id
FOR NO KEY UPDATE
