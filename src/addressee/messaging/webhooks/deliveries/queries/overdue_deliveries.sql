-- For how long the delivery that is due the longest has waited, of each endpoint that is told of events.
SELECT environments.name AS environment,
       endpoints.id AS endpoint_id,
       extract(epoch FROM greatest(:now - earliest.due_at, interval '0'))::float8 AS seconds
FROM addressee.webhook_endpoints AS endpoints
JOIN addressee.environments
  ON environments.id = endpoints.environment_id
CROSS JOIN LATERAL (
  SELECT due_at
  FROM addressee.webhook_deliveries
  WHERE environment_id = endpoints.environment_id
    AND endpoint_id = endpoints.id
    AND due_at IS NOT NULL
  ORDER BY due_at
  LIMIT 1
) AS earliest
WHERE endpoints.disabled_at IS NULL
ORDER BY environments.name,
         endpoints.id
