-- Has endpoints told of what `occurred`: a delivery for each endpoint of that environment that is told of its type.
INSERT INTO addressee.webhook_deliveries (
  environment_id,
  recipient_id,
  endpoint_id,
  collection,
  uid,
  type,
  subject,
  occurred_at,
  due_at
)
SELECT occurred.environment_id,
       occurred.recipient_id,
       endpoints.id,
       occurred.collection,
       occurred.uid,
       occurred.type,
       occurred.subject,
       occurred.at,
       occurred.at
FROM occurred
JOIN addressee.webhook_endpoints AS endpoints
  ON endpoints.environment_id = occurred.environment_id
 AND endpoints.disabled_at IS NULL
 AND (
   occurred.type = ANY(endpoints.types)
   OR split_part(occurred.type, '.', 1) || '.*' = ANY(endpoints.types)
   OR '*' = ANY(endpoints.types)
 )
-- It names no row of what occurred, so it is asked once, and nothing of the rest is done where there are no endpoints.
WHERE EXISTS (
  SELECT
  FROM addressee.webhook_endpoints
  WHERE disabled_at IS NULL
)
ORDER BY occurred.place
