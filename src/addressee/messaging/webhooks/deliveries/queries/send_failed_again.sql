-- Has an endpoint told again of the first ones of what failed in a period. Returns how many.
WITH failed AS (
  SELECT recipient_id,
         position
  FROM addressee.webhook_deliveries
  WHERE environment_id = :environment_id
    AND endpoint_id = :endpoint_id
    AND status = 'failed'
    AND id >= :first_id
    AND id < :last_id
  ORDER BY id
  LIMIT :limit
  FOR NO KEY UPDATE SKIP LOCKED
),
again AS (
  UPDATE addressee.webhook_deliveries AS deliveries
  SET status = 'pending',
      attempts = 0,
      due_at = :now,
      again_at = :now
  FROM failed
  WHERE deliveries.environment_id = :environment_id
    AND deliveries.recipient_id = failed.recipient_id
    AND deliveries.endpoint_id = :endpoint_id
    AND deliveries.position = failed.position
  RETURNING 1
)
SELECT count(*)
FROM again
