-- Takes endpoints that have something due for the jobs that are queued for them: no other one is until then.
WITH due AS (
  SELECT endpoints.environment_id,
         endpoints.id
  FROM addressee.webhook_endpoints AS endpoints
  -- The limit has the index be asked for each endpoint: of all that is due, one row is enough.
  CROSS JOIN LATERAL (
    SELECT
    FROM addressee.webhook_deliveries
    WHERE environment_id = endpoints.environment_id
      AND endpoint_id = endpoints.id
      AND due_at <= :now
    ORDER BY due_at
    LIMIT 1
  ) AS earliest
  WHERE endpoints.disabled_at IS NULL
    AND (endpoints.paused_until IS NULL OR endpoints.paused_until <= :now)
    AND (endpoints.queued_until IS NULL OR endpoints.queued_until <= :now)
  LIMIT :limit
  FOR NO KEY UPDATE OF endpoints SKIP LOCKED
)
UPDATE addressee.webhook_endpoints AS endpoints
SET queued_until = :queued_until
FROM due
WHERE endpoints.environment_id = due.environment_id
  AND endpoints.id = due.id
RETURNING endpoints.environment_id,
          endpoints.id
