-- Removes some deliveries of an endpoint that is not there any more, with their attempts. Returns how many.
WITH removed AS (
  DELETE FROM addressee.webhook_deliveries AS deliveries
  USING (
    SELECT recipient_id,
           position
    FROM addressee.webhook_deliveries
    WHERE environment_id = :environment_id
      AND endpoint_id = :endpoint_id
      AND NOT EXISTS (
        SELECT
        FROM addressee.webhook_endpoints
        WHERE environment_id = :environment_id
          AND id = :endpoint_id
      )
    ORDER BY id
    LIMIT :limit
  ) AS removing
  WHERE deliveries.environment_id = :environment_id
    AND deliveries.recipient_id = removing.recipient_id
    AND deliveries.endpoint_id = :endpoint_id
    AND deliveries.position = removing.position
  RETURNING deliveries.recipient_id,
            deliveries.id
),
attempts AS (
  DELETE FROM addressee.webhook_attempts
  USING removed
  WHERE webhook_attempts.environment_id = :environment_id
    AND webhook_attempts.recipient_id = removed.recipient_id
    AND webhook_attempts.delivery_id = removed.id
)
SELECT count(*)
FROM removed
