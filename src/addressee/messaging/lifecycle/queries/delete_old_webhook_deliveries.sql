-- Deletes some deliveries to endpoints of before a time, with their attempts. What is still pending then is not told any
-- more: its endpoint has been disabled for weeks.
WITH old AS (
  SELECT environment_id,
         recipient_id,
         endpoint_id,
         position,
         id
  FROM addressee.webhook_deliveries
  WHERE occurred_at <= :before
    AND coalesce(again_at, occurred_at) <= :before
  LIMIT :limit
),
attempts AS (
  DELETE FROM addressee.webhook_attempts
  USING old
  WHERE webhook_attempts.environment_id = old.environment_id
    AND webhook_attempts.recipient_id = old.recipient_id
    AND webhook_attempts.delivery_id = old.id
)
DELETE FROM addressee.webhook_deliveries AS deliveries
USING old
WHERE deliveries.environment_id = old.environment_id
  AND deliveries.recipient_id = old.recipient_id
  AND deliveries.endpoint_id = old.endpoint_id
  AND deliveries.position = old.position
